"""Synthetic papers made in memory, without any library: a PDF of so many pages, a small picture."""

import struct
import zlib


def pdf(words: str, pages: int = 1) -> bytes:
    """A plain PDF. `words` in Latin letters; they stand on every page."""
    shown = "".join(letter for letter in words if letter.isascii() and letter not in "()\\")[:80]
    text = f"BT /F1 14 Tf 60 760 Td (MAU - KHONG CO GIA TRI) Tj 0 -30 Td ({shown}) Tj ET".encode()
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(pages))
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number in range(pages):
        parts.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * number} 0 R"
            " /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        parts.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(parts) + 1, table)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, start)
    return bytes(out)


def png(width: int = 600, height: int = 800, shade: int = 235) -> bytes:
    """A grey page as a picture."""
    row = b"\x00" + bytes([shade]) * width
    body = zlib.compress(row * height, 6)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

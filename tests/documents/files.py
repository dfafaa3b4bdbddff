"""Files as people and attackers send them, made in memory."""

import io
import zipfile

import pikepdf
from PIL import Image


def pdf(pages: int = 1, **save: object) -> bytes:
    """A plain PDF; `save` goes to pikepdf (encryption=…)."""
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=(595, 842))
        document.save(out := io.BytesIO(), **save)
        return out.getvalue()


def picture(kind: str = "JPEG", size: tuple[int, int] = (300, 400)) -> bytes:
    """A photograph of nothing."""
    Image.effect_noise(size, 60).convert("RGB").save(out := io.BytesIO(), kind)
    return out.getvalue()


def encrypted() -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="a", user="b"))


def scripted() -> bytes:
    """A PDF that runs JavaScript when opened."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        document.save(out := io.BytesIO())
        return out.getvalue()


def launching() -> bytes:
    """A PDF that starts a program."""
    with pikepdf.new() as document:
        page = document.add_blank_page()
        action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe"))
        page.Annots = pikepdf.Array([pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)])
        document.save(out := io.BytesIO())
        return out.getvalue()


def with_attachment() -> bytes:
    """A PDF that carries another file."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["a.exe"] = pikepdf.AttachedFileSpec(document, b"MZ program")
        document.save(out := io.BytesIO())
        return out.getvalue()


def archive() -> bytes:
    with zipfile.ZipFile(out := io.BytesIO(), "w") as box:
        box.writestr("word/vbaProject.bin", b"macro")
    return out.getvalue()


def page_in_a_picture() -> bytes:
    """JPEG bytes followed by a web page: harmless as a picture, and only ever served as one."""
    return picture() + b"<script>alert(1)</script>"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML_PDF = b"%PDF-1.4\n<html><script>alert(1)</script></html>\n%%EOF"

"""What a file must be before it is taken. Pure: bytes in, facts or a named refusal out."""

import io
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Final

import pikepdf
from PIL import Image, UnidentifiedImageError
from pillow_heif import register_heif_opener

from app.kit.errors import Refused
from app.kit.words import N_

register_heif_opener()

LARGEST: Final = 20 * 1024 * 1024
MOST_PAGES: Final = 300
MOST_PIXELS: Final = 120_000_000
MOST_PARTS: Final = 1_000_000
DEEPEST: Final = 60
ENDINGS: Final = {
    "pdf": "application/pdf", "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "heic": "image/heic",
    "heif": "image/heic", "tif": "image/tiff", "tiff": "image/tiff",
}
_FORMATS: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "HEIF": "image/heic", "TIFF": "image/tiff", "MPO": "image/jpeg"}
_PROGRAMS: Final = re.compile(r"\.(exe|scr|bat|cmd|com|js|vbs|ps1|msi|jar|sh|php|html?|svg|docm|xlsm|lnk|hta)(\.|$)", re.I)
_ACTIVE: Final = frozenset(
    ("/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData", "/GoToE")
)


class FileRefused(Refused):
    """A file that is not taken. Whatever was stored before is untouched."""

    def __init__(self, name: str, **more: object) -> None:
        super().__init__(name=clean_name(name), **more)


class NothingChosen(FileRefused):
    """No file came with the form."""

    says = N_("Bạn chưa chọn tệp nào. Hãy chọn ảnh hoặc tệp PDF rồi gửi lại.")


class FileEmpty(FileRefused):
    """Zero bytes."""

    says = N_("Tệp “{name}” không có nội dung (0 byte). Hãy mở thử trên máy của bạn, rồi chọn lại.")


class FileTooBig(FileRefused):
    """Over the limit."""

    says = N_("Tệp “{name}” lớn hơn {most} MB. Hãy chụp lại ở cỡ vừa, hoặc chia thành nhiều tệp.")


class FileTypeUnknown(FileRefused):
    """Not a picture or a PDF, or not what its name says."""

    says = N_("Tệp “{name}” không đọc được. Hãy gửi ảnh JPG, PNG, HEIC, TIFF hoặc tệp PDF.")


class FileDisguised(FileRefused):
    """A program or page dressed up as a picture or PDF."""

    says = N_("Tệp “{name}” không phải ảnh hay PDF thật. Hãy chụp ảnh giấy tờ rồi gửi lại.")


class FileLocked(FileRefused):
    """A PDF with a password."""

    says = N_("Tệp “{name}” có mật khẩu. Hãy lưu lại bản không mật khẩu rồi gửi.")


class FileBroken(FileRefused):
    """Truncated or damaged."""

    says = N_("Tệp “{name}” bị hỏng hoặc tải chưa đủ. Hãy gửi lại; nếu vẫn lỗi, hãy chụp ảnh.")


class FileActive(FileRefused):
    """A PDF that carries scripts, programs or other files."""

    says = N_("Tệp “{name}” có mã lệnh hoặc tệp đính kèm bên trong. Hãy in lại thành PDF, hoặc chụp ảnh.")


class TooManyFiles(FileRefused):
    """More files than a paper may have."""

    says = N_("Giấy tờ này nhận nhiều nhất {most} tệp. Hãy xoá bớt tệp thừa rồi gửi “{name}”.")


class TooManyPagesInside(FileRefused):
    """More pages than anybody reads."""

    says = N_("Tệp “{name}” có quá nhiều trang (nhiều nhất {most}). Hãy chia nhỏ.")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a file turned out to be."""

    name: str
    media_type: str
    pages: int
    warnings: tuple[str, ...] = field(default=())


def clean_name(name: str) -> str:
    """A file name fit for a page and a header: no path, no control or direction marks, at most 120 letters."""
    base = re.split(r"[\\/]", unicodedata.normalize("NFC", name or ""))[-1]
    letters = "".join(letter for letter in base if unicodedata.category(letter)[0] != "C").strip(" .")
    if len(letters) > 120:
        stem, _, ending = letters.rpartition(".")
        letters = f"{stem[:110]}.{ending[:8]}" if stem else letters[:120]
    return letters or "tep"


def inspect(name: str, data: bytes) -> Inspection:
    """Look at a file's name and bytes. Raises a FileRefused that says what is wrong with it."""
    shown = clean_name(name)
    if not data:
        raise FileEmpty(shown)
    if len(data) > LARGEST:
        raise FileTooBig(shown, most=LARGEST // (1024 * 1024))
    if _PROGRAMS.search(shown):
        raise FileDisguised(shown)
    claimed = ENDINGS.get(shown.rsplit(".", 1)[-1].lower()) if "." in shown else None
    if data.startswith(b"%PDF-"):
        return _pdf(shown, data, claimed)
    return _image(shown, data, claimed)


def _pdf(name: str, data: bytes, claimed: str | None) -> Inspection:
    if claimed not in (None, "application/pdf") or re.search(rb"<(script|html|!doctype)", data[:2048], re.I):
        raise FileDisguised(name)
    if b"%%EOF" not in data[-2048:]:
        raise FileBroken(name)
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise FileLocked(name)
            pages = len(pdf.pages)
            active = _has_active_parts(pdf)
    except pikepdf.PasswordError:
        raise FileLocked(name) from None
    except (pikepdf.PdfError, ValueError, RecursionError):
        raise FileBroken(name) from None
    if active:
        raise FileActive(name)
    if pages == 0:
        raise FileBroken(name)
    if pages > MOST_PAGES:
        raise TooManyPagesInside(name, most=MOST_PAGES)
    return Inspection(name, "application/pdf", pages)


def _has_active_parts(pdf: pikepdf.Pdf) -> bool:
    """Whether anything in the file acts: scripts, programs, forms that send, other files. Too big to tell counts as yes."""
    seen = 0
    waiting: list[tuple[object, int]] = [(thing, 0) for thing in pdf.objects]
    while waiting:
        thing, depth = waiting.pop()
        seen += 1
        if seen > MOST_PARTS or depth > DEEPEST:
            return True
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            if _acts(thing):
                return True
            inside = [value for _, value in thing.items()]
        elif isinstance(thing, pikepdf.Array):
            inside = list(thing)
        else:
            continue
        # Indirect objects are in pdf.objects themselves; only what is written in place is followed.
        waiting += [(one, depth + 1) for one in inside if isinstance(one, pikepdf.Object) and not one.is_indirect]
    return False


def _acts(thing: pikepdf.Object) -> bool:
    if any(key in thing for key in ("/JS", "/XFA", "/RichMediaContent", "/EmbeddedFiles", "/JavaScript")):
        return True
    return any(str(thing.get(key, "")) in _ACTIVE for key in ("/S", "/Type"))


def _image(name: str, data: bytes, claimed: str | None) -> Inspection:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            found = _FORMATS.get(picture.format or "")
            if found is None:
                raise FileTypeUnknown(name)
            if claimed is not None and claimed != found:
                raise FileDisguised(name)
            if picture.width * picture.height > MOST_PIXELS:
                raise FileTooBig(name, most=LARGEST // (1024 * 1024))
            pages = int(getattr(picture, "n_frames", 1))
            picture.load()
    except FileRefused:
        raise
    except UnidentifiedImageError:
        raise FileTypeUnknown(name) from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, EOFError):
        raise FileBroken(name) from None
    if claimed is None:
        raise FileTypeUnknown(name)
    return Inspection(name, found, pages)

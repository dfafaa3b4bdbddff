"""Every sentence of the shared parts has its English."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import app.faces
from app.kit.words import LOCALES

ROOT = Path(app.faces.__file__).parent.parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
MARKS = {"_": None, "N_": None, "ngettext": (1, 2), "words": None, "words_for": None}


def messages(path: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The sentences of a catalogue with their translations."""
    for one in read_po(io.BytesIO(path.read_bytes()), locale="en"):
        if one.id and one.string is not None:
            ids = (one.id,) if isinstance(one.id, str) else tuple(one.id)
            yield ids[0], (one.string,) if isinstance(one.string, str) else tuple(one.string)


def test_english_is_complete() -> None:
    known = {one for path in (LOCALES / "en").glob("*.po") for one, texts in messages(path) if all(texts)}
    missing = [
        f"{name}: {message}"
        for folder in ("faces", "gallery")
        for name, _line, message, _comments, _context in extract_from_dir(ROOT / folder, METHODS, keywords=MARKS)
        if isinstance(message, str) and message not in known
    ]
    assert missing == []


def test_placeholders_survive_translation() -> None:
    for message, texts in messages(LOCALES / "en" / "parts.po"):
        for text in texts:
            for holder in ("%(n)s", "%(phone)s", "%(person)s", "%(title)s", "%(time)s", "%(day)s", "{day}", "{days}"):
                assert (holder in message) == (holder in text), message

"""Every sentence of the citizens' pages has its English, with the same fields."""

import re
from pathlib import Path

from babel.messages.extract import extract_from_dir

import app.portal
from app.kit.words import LOCALES
from tests.faces.test_words import MARKS, METHODS, messages


def test_english_is_complete() -> None:
    known = {one for path in (LOCALES / "en").glob("*.po") for one, texts in messages(path) if all(texts)}
    found = extract_from_dir(Path(app.portal.__file__).parent, METHODS, keywords=MARKS)
    assert [text for _name, _line, text, _comments, _context in found if isinstance(text, str) and text not in known] == []


def test_fields_survive_translation() -> None:
    fields = re.compile(r"%\(\w+\)s|\{\w+\}")
    for message, texts in messages(LOCALES / "en" / "portal.po"):
        for text in texts:
            assert sorted(fields.findall(message)) == sorted(fields.findall(text)), message

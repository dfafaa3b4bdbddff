"""Everything the desk says has its English, with the same fields in it."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from jinja2.ext import babel_extract

from app.kit.words import translations

APP = Path(__file__).parents[2] / "app"
FIELD = re.compile(r"%\(\w+\)s|\{\w+\}")


def said() -> list[str]:
    """Every sentence of the desk's templates and files."""
    found: set[str] = set()
    for path in (APP / "desk").rglob("*.html"):
        with path.open("rb") as source:
            told = [message for _, _, message, _ in babel_extract(source, ["_"], [], {})]
            found |= {message if isinstance(message, str) else str(message[0]) for message in told}
    for path in [*(APP / "desk").glob("*.py"), *(APP / "dossiers" / name for name in ("judging.py", "counter.py"))]:
        with path.open("rb") as source:
            found |= {str(message) for _, message, _, _ in extract("python", source, keywords={"N_": None})}
    return sorted(found - {""})


@pytest.mark.parametrize("sentence", said())
def test_every_sentence_has_its_english(sentence: str) -> None:
    known = translations("en")._catalog  # type: ignore[attr-defined]
    assert sentence in known
    assert sorted(FIELD.findall(sentence)) == sorted(FIELD.findall(known[sentence]))

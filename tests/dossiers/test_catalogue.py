"""An English sentence has the fields of its Vietnamese one: {code} misspelt would be a fault page."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parents[2] / "app" / "locales" / "en"
FIELDS = re.compile(r"{\w+}|%\(\w+\)s")


@pytest.mark.parametrize("catalogue", [file.name for file in sorted(LOCALES.glob("*.po"))])
def test_english_keeps_the_fields(catalogue: str) -> None:
    with (LOCALES / catalogue).open("rb") as source:
        differing = [
            message.id for message in read_po(source, locale="en")
            if isinstance(message.id, str) and message.id and message.string
            and set(FIELDS.findall(message.id)) != set(FIELDS.findall(str(message.string)))
        ]
    assert differing == []

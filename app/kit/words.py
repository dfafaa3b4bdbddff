"""Words people read. The message id is the Vietnamese sentence itself; other languages are catalogues.

A catalogue is every `app/locales/<language>/*.po` merged, one file per area, compiled in memory at start.
"""

import gettext
import io
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent.parent / "locales"
LANGUAGES = ("vi", "en")


def N_(message: str) -> str:
    """Mark a sentence for the catalogues; it is translated where it is shown."""
    return message


def language_of(wanted: str | None) -> str:
    """A language we speak: `wanted` if we do, else Vietnamese."""
    return wanted if wanted in LANGUAGES else "vi"


def translations(language: str) -> gettext.NullTranslations:
    """The merged catalogue of a language; Vietnamese needs none, and is what anything unknown gets (cookies say much)."""
    return _catalogue(language_of(language))


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    if language == "vi":
        return gettext.NullTranslations()
    merged = Catalog(locale=language, fuzzy=False)
    for po in sorted((LOCALES / language).glob("*.po")):
        with po.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id and message.string:
                    merged.add(message.id, message.string, context=message.context)
    compiled = io.BytesIO()
    write_mo(compiled, merged)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def say(message: str, language: str = "vi", /, **fields: object) -> str:
    """`message` in `language`, its {fields} filled in."""
    text = translations(language).gettext(message) if message else ""
    return text.format(**fields) if fields else text

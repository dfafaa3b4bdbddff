"""The language of the page being made. Set by `pages.render` for as long as it renders; Vietnamese otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app.kit.words import say, translations

_language: ContextVar[str] = ContextVar("language", default="vi")


def language() -> str:
    """The language people are being spoken to in."""
    return _language.get()


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Speak `chosen` inside."""
    token = _language.set(chosen)
    try:
        yield
    finally:
        _language.reset(token)


def words(message: str, /, **fields: object) -> str:
    """A Vietnamese sentence in the page's language, its {fields} filled in."""
    return say(message, language(), **fields)


def words_for(message: str, count: int, /, **fields: object) -> str:
    """The same for a number of things. Vietnamese has one form; other catalogues choose theirs by `count`."""
    return translations(language()).ngettext(message, message, count).format(**fields)

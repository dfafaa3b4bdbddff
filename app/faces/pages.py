"""Turn a template into an answer. The only place that knows Jinja.

`desk/steps/_row.html` is `app/desk/templates/steps/_row.html`; names without a face's folder in front are the
shared layouts and parts of `app/faces/templates`. Undefined names raise.
"""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup, escape

from app.faces import moments
from app.faces.due import DueView
from app.faces.frame import Frame, WayItem
from app.faces.speaking import language as spoken
from app.faces.speaking import speaking
from app.faces.static_files import static
from app.kit import clock
from app.kit.words import language_of, translations

_APP = Path(__file__).parent.parent
FACES = ("portal", "desk", "overview", "gallery")
LANGUAGE_COOKIE = "language"
TOKEN_FIELD = "csrf_token"

# The token of the form that is being drawn; parts are imported without context and could not see it otherwise.
_token: ContextVar[str] = ContextVar("token", default="")


@dataclass(frozen=True)
class Here:
    """Where the reader is. `other_language` is the address that shows this page in the other language."""

    path: str
    language: str
    other_language: str


def _gettext(message: str) -> str:
    return translations(spoken()).gettext(message)


def _ngettext(one: str, many: str, count: int) -> str:
    return translations(spoken()).ngettext(one, many, count)


@lru_cache(maxsize=8192)
def _sentence(message: str, chosen: str) -> Markup:
    return Markup(translations(chosen).gettext(message))


def _words(message: str, /, **fields: Any) -> Markup:
    """`_` in templates. Faster than Jinja's own (no context to look through); fields are escaped, the sentence is ours."""
    said = _sentence(message, spoken())
    return said % fields if fields else said


def _token_field() -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, _token.get())


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in str(text).splitlines())


def _due(view: DueView) -> str:
    return f"{view.shown} {view.words}".strip()


def _when(value: datetime) -> str:
    return moments.when(value, clock.today(), _gettext("Hôm nay"))


def _iso(value: date | datetime) -> str:
    return moments.local(value).isoformat()


def _text(value: object) -> str:
    """A hint or label that may be absent."""
    return "" if value is None else str(value)


FILTERS: dict[str, Callable[..., Any]] = {
    "moment": lambda value: moments.moment(value, spoken()),
    "weekday": lambda value: moments.weekday(value, spoken()),
    "day": moments.day,
    "short_day": moments.short_day,
    "clock_time": moments.clock_time,
    "clock_seconds": moments.clock_seconds,
    "when": _when,
    "iso": _iso,
    "money": lambda value: moments.money(value, spoken()),
    "number": lambda value, decimals=0: moments.number(value, decimals, spoken()),
    "size": lambda value: moments.size(value, spoken()),
    "due": _due,
    "lines": _lines,
    "text": _text,
}


@cache
def environment() -> Environment:
    """The one environment: templates of all faces, strict, escaped, speaking the page's language."""
    made = Environment(
        loader=ChoiceLoader(
            [
                PrefixLoader({face: FileSystemLoader(_APP / face / "templates") for face in FACES}),
                FileSystemLoader(_APP / "faces" / "templates"),
            ]
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        auto_reload=False,
        cache_size=-1,
    )
    # {{ _("còn %(days)s ngày", days=3) }}; a per cent sign is doubled only beside fields. {% trans %} always doubles it.
    made.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals["_"] = _words
    made.filters.update(FILTERS)
    made.globals.update(static=static, csrf_field=_token_field, now=clock.now, today=clock.today)
    return made


def page_language(request: Request) -> str:
    """The language chosen for this request: what sign-in put on `request.state.language`, else the cookie, else ours."""
    chosen = getattr(request.state, "language", None) or request.cookies.get(LANGUAGE_COOKIE)
    return language_of(chosen)


def draw(template: str, language: str = "vi", token: str = "", /, **context: Any) -> str:
    """The text of a template. For mail, tests and the gallery; pages use `render`."""
    marker = _token.set(token)
    try:
        with speaking(language):
            return environment().get_template(template).render(language=language, **context)
    finally:
        _token.reset(marker)


def render(
    request: Request, template: str, /, *, status: int = 200, headers: dict[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """A whole page or a fragment as an answer.

    The layouts read: `frame` (from `request.state.frame`), `here`, `errors` (pairs of field id and sentence; they
    also put “Lỗi:” before the title). The form token comes from `request.state.csrf_token`.
    """
    chosen = page_language(request)
    # A refusal may come before anybody could say who is asking: then the house's own frame stands around it.
    frame: Frame = getattr(request.state, "frame", None) or getattr(request.app.state, "frame", None) or Frame()
    known: dict[str, Any] = {
        "frame": frame,
        "here": Here(request.url.path, chosen, _other_language(request, chosen)),
        "current": _current(request.url.path, frame.way),
        "within": _current(request.url.path, frame.within),
        "errors": (),
    }
    text = draw(template, chosen, getattr(request.state, "csrf_token", ""), **{**known, **context})
    sent = {"cache-control": "no-store", "content-language": chosen, **(headers or {})}
    return HTMLResponse(text, status_code=status, headers=sent)


def is_fragment(request: Request) -> bool:
    """Whether htmx asks for a piece of the page it already shows."""
    asks = request.headers.get("hx-request") == "true"
    return asks and request.headers.get("hx-history-restore-request") != "true"


def fragment(request: Request, template: str, /, *, otherwise: str, status: int = 200, **context: Any) -> Response:
    """htmx gets the fragment; without scripts the reader is sent (303) to the page `otherwise`."""
    if is_fragment(request):
        return render(request, template, status=status, **context)
    return RedirectResponse(otherwise, status_code=303)


def _current(path: str, way: tuple[WayItem, ...]) -> str:
    """The entry this page belongs to: the longest one its address begins with."""
    under = [item.href for item in way if path == item.href or path.startswith(item.href.rstrip("/") + "/")]
    return max(under, key=len, default="")


def _other_language(request: Request, chosen: str) -> str:
    other = "en" if chosen == "vi" else "vi"
    back = request.url.path if request.method in ("GET", "HEAD") else "/"
    return f"/language/{other}?back={back}"

"""Web pages as a browser without scripts meets them: their forms, filled in and sent."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx2


@dataclass(slots=True)
class PageForm:
    """One form of a page: where it goes, its hidden fields, its buttons as (name, value, words)."""

    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._in_button = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(PageForm(given.get("action", ""), given.get("method", "get").lower()))
        elif self.forms and tag == "input" and given.get("name"):
            self.forms[-1].fields[given["name"]] = given.get("value", "")
        elif self.forms and tag == "button":
            self.forms[-1].buttons.append((given.get("name", ""), given.get("value", ""), ""))
            self._in_button = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._in_button = False

    def handle_data(self, data: str) -> None:
        if self._in_button and self.forms and self.forms[-1].buttons:
            name, value, words = self.forms[-1].buttons[-1]
            self.forms[-1].buttons[-1] = (name, value, f"{words} {data.strip()}".strip())


def forms_of(page: httpx2.Response) -> list[PageForm]:
    """The forms of a page, their actions made whole."""
    reader = _Reader()
    reader.feed(page.text)
    for form in reader.forms:
        form.action = urljoin(str(page.url), form.action) if form.action else str(page.url)
    return reader.forms


def press(browser: httpx2.Client, form: PageForm, name: str, value: str) -> httpx2.Response:
    """Send a form by one of its buttons."""
    sent = {**form.fields, **({name: value} if name else {})}
    if form.method == "post":
        return browser.post(form.action, data=sent)
    return browser.get(form.action, params=sent)

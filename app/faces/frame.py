"""What stands around every page: the office, the way about, who is signed in, and what the service announces.

Whoever lets people in (a dependency of the portal, the desk or the overview) puts one `Frame` on
`request.state.frame`; `pages.render` hands it to the layout.
"""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["plain", "good", "warn", "bad"]


@dataclass(frozen=True)
class Office:
    """How to reach the people behind the page. `short` follows “Một Cửa”: “xã Tân Mai”."""

    short: str = ""
    place: str = ""
    centre: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""


@dataclass(frozen=True)
class WayItem:
    """One entry of the header. `count` opens the list behind it; `count_words` says what is counted."""

    href: str
    words: str
    count: int = 0
    count_words: str = ""


@dataclass(frozen=True)
class Announcement:
    """What happened to people's work, or to the service: one bold sentence, one plain one, maybe one link."""

    title: str
    text: str = ""
    kind: Kind = "plain"
    href: str = ""
    link: str = ""


@dataclass(frozen=True)
class Frame:
    """All of it. Empty fields leave their part of the page out.

    `strip` announces something about the service on every page; `notices` are results of the last action, said once;
    `within` is the second row of the way, inside the entry of the first that is open; `officers` tells whose page it is.
    """

    officers: bool = False
    office: Office = field(default_factory=Office)
    home: str = "/"
    way: tuple[WayItem, ...] = ()
    within: tuple[WayItem, ...] = ()
    person: str = ""
    person_href: str = ""
    sign_out: str = ""
    find: str = ""
    strip: Announcement | None = None
    notices: tuple[Announcement, ...] = ()
    foot: tuple[WayItem, ...] = ()
    shortcuts: tuple[tuple[str, str], ...] = ()

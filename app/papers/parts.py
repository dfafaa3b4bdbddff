"""Pieces that several papers share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Letterhead:
    """Who issues the paper. `parent` and `name` are the two lines at the top left (printed in capitals).

    `place` stands before the date. `phone`, `website` and `address` tell people where to ask.
    """

    parent: str
    name: str
    place: str
    phone: str = ""
    website: str = ""
    address: str = ""


@dataclass(frozen=True)
class Signer:
    """Who signs for the authority: "TM. ỦY BAN NHÂN DÂN", perhaps "KT. CHỦ TỊCH", then title and name."""

    title: str
    name: str
    authority: str = ""
    acting: str = ""


@dataclass(frozen=True)
class Component:
    """One paper of a dossier (thành phần hồ sơ), counted by kind. `pages` only where copies are certified by page."""

    name: str
    originals: int = 0
    certified: int = 0
    photocopies: int = 0
    electronic: int = 0
    pages: int | None = None

"""What an S3 server says about an object in its headers, and what we tell it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from urllib3 import HTTPHeaderDict

from storage.spool import Spooled
from storage.store import OCTETS, StoredObject

_SHA256 = "x-amz-meta-sha256"
_TICKET = "x-amz-meta-ticket"


@dataclass(frozen=True)
class Headers:
    """`size` of the whole object, `length` of this answer; `ticket` is the one writing that made the object."""

    size: int
    sha256: str | None
    media_type: str
    ticket: str | None = None
    length: int = 0
    version: str | None = None
    kept_until: datetime | None = None
    answered_at: datetime | None = None

    @staticmethod
    def of_new(ready: Spooled, media_type: str) -> Headers:
        """For an object about to be written."""
        return Headers(ready.size, ready.sha256, media_type, ticket=uuid.uuid4().hex)

    @staticmethod
    def of_answer(headers: Mapping[str, str]) -> Headers:
        """From a HEAD, GET or PUT."""
        said = HTTPHeaderDict(headers)
        length = int(said.get("content-length", 0))
        whole = said.get("content-range", "").rpartition("/")[2]
        kept, date = said.get("x-amz-object-lock-retain-until-date"), said.get("date")
        return Headers(
            size=int(whole) if whole.isdigit() else length,
            sha256=said.get(_SHA256),
            media_type=said.get("content-type", OCTETS),
            ticket=said.get(_TICKET),
            length=length,
            version=said.get("x-amz-version-id"),
            kept_until=_moment(kept) if kept else None,
            answered_at=parsedate_to_datetime(date) if date else None,
        )

    @property
    def is_kept(self) -> bool:
        """By this machine's clock; the server has the last word."""
        return self.kept_until is not None and self.kept_until > datetime.now(UTC)

    def to_send(self) -> dict[str, str]:
        """For a PUT."""
        sent = {"Content-Type": self.media_type, _SHA256: self.sha256, _TICKET: self.ticket}
        return {name: value for name, value in sent.items() if value}

    def as_object(self, key: str, sha256: str) -> StoredObject:
        """The public view."""
        return StoredObject(key, self.size, sha256, self.media_type, self.kept_until)


def _moment(text: str) -> datetime:
    """To the second: Ceph writes nine digits behind it, which Python cannot read."""
    return datetime.fromisoformat(text.rstrip("Z").partition(".")[0]).replace(tzinfo=UTC)

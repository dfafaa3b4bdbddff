"""The minutes of hand-over with the post (biên bản giao nhận): from the moment in them the term runs (rules.md 5.3)."""

import re
from datetime import datetime, timedelta
from typing import Any, Final

from app.kit.clock import LOCAL
from app.kit.errors import Refused
from app.kit.words import N_

OLDEST: Final = timedelta(days=30)  # older minutes are a slip of the pen: the post hands over daily
FIELD: Final = "handed_at"  # in Dossier.consent, ISO 8601
_TIME = re.compile(r"(?<!\d)(\d{1,2})(?::|h|g| giờ )(\d{2})?(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)")


class HandOverMissing(Refused):
    """A dossier by post whose minutes of hand-over nobody has written down: its term has no beginning."""

    says = N_("Hồ sơ qua bưu chính: hãy ghi giờ, ngày ký biên bản giao nhận; thời hạn tính từ lúc đó.")


class HandOverUnreadable(Refused):
    """Something else than an hour and a day."""

    says = N_("Không đọc được giờ, ngày giao nhận “{text}”. Ghi như 8:30 11/11/2026.")


class HandOverInFuture(Refused):
    """Minutes that nobody can have signed yet."""

    says = N_("Biên bản giao nhận không thể ghi giờ sau bây giờ ({now}).")


class HandOverTooOld(Refused):
    """Minutes from before anything of this dossier can have been on its way."""

    says = N_("Biên bản giao nhận không thể ghi giờ trước {first}.")


def read_moment(text: str) -> datetime:
    """An hour and a day as people type them or a page shows them: "8:30 11/11/2026", "8:30 thứ Tư, 11/11/2026", ISO.

    Raises HandOverUnreadable, HandOverMissing when nothing was given.
    """
    written = " ".join(text.split())[:60]
    if not written:
        raise HandOverMissing
    hour, day = _TIME.search(written), _DAY.search(written)
    try:
        if hour and day:
            return datetime(
                int(day[3]), int(day[2]), int(day[1]), int(hour[1]), int(hour[2] or 0), tzinfo=LOCAL
            )
        moment = datetime.fromisoformat(written)
    except ValueError as wrong:
        raise HandOverUnreadable(text=written) from wrong
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)


def checked(moment: datetime, *, now: datetime, submitted_at: datetime | None = None) -> datetime:
    """`moment` if minutes may carry it. `submitted_at`: when the applicant sent the form that the papers follow.

    Raises HandOverInFuture, HandOverTooOld.
    """
    if moment > now:
        raise HandOverInFuture(now=f"{now.astimezone(LOCAL):%H:%M %d/%m/%Y}")
    first = submitted_at or now - OLDEST
    if moment < first.replace(second=0, microsecond=0):
        raise HandOverTooOld(first=f"{first.astimezone(LOCAL):%H:%M %d/%m/%Y}")
    return moment


def noted(consent: dict[str, Any]) -> datetime | None:
    """The moment that stands on the dossier, or None."""
    text = str(consent.get(FIELD) or "")
    return read_moment(text) if text else None

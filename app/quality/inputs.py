"""Numbers of the index that come from outside (số liệu nhập tay): the newest counts, the older ones stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Refused
from app.kit.words import N_
from app.quality.models import IndexInput
from app.quality.period import Period
from app.quality.sheet import Indicator

MOST = 2_000_000_000


class InputRefused(Refused):
    """Not a pair of counts with a source."""

    says = N_("Tử số và mẫu số phải là số nguyên từ 0, tử số không lớn hơn mẫu số.")


class SourceMissing(Refused):
    """A number without its origin cannot be checked by anybody."""

    says = N_("Hãy ghi nguồn số liệu: văn bản, trang báo cáo, ngày xem.")


class NotTold(Refused):
    """This indicator is counted by the system alone."""

    says = N_("Chỉ tiêu này do hệ thống tự đếm, không nhập tay.")


@dataclass(frozen=True, slots=True)
class Told:
    """One number as somebody entered it."""

    office_id: int
    office_name: str
    indicator: str
    first_day: date
    last_day: date
    serial: int
    numerator: int
    denominator: int
    source: str
    entered_by: str
    entered_at: datetime


async def enter(
    db: Db, *, office_id: int, indicator: Indicator, period: Period, numerator: int, denominator: int, source: str, by: UUID
) -> int:
    """Keep a number; gives its serial. Raises NotTold, InputRefused, SourceMissing. Two at once are numbered in turn."""
    if not indicator.told:
        raise NotTold
    if not 0 <= numerator <= denominator <= MOST:
        raise InputRefused
    if not source.strip():
        raise SourceMissing
    key = f"index_input:{office_id}:{indicator.id}:{period.first_day}:{period.last_day}"
    await db.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", key)
    serial: int = await db.value(
        "SELECT COALESCE(max(serial), 0) + 1 FROM index_input"
        " WHERE office_id = $1 AND indicator = $2 AND first_day = $3 AND last_day = $4",
        office_id, indicator.id, period.first_day, period.last_day,
    )
    await db.add(IndexInput(
        office_id=office_id, indicator=indicator.id, first_day=period.first_day, last_day=period.last_day, serial=serial,
        numerator=numerator, denominator=denominator, source=source.strip()[:300], entered_by=by, entered_at=clock.now(),
    ))
    return serial


_TOLD = (
    "i.office_id, o.short_name AS office_name, i.indicator, i.first_day, i.last_day, i.serial, i.numerator, i.denominator,"
    " i.source, COALESCE(p.name, '') AS entered_by, i.entered_at FROM index_input i JOIN office o ON o.id = i.office_id"
    " LEFT JOIN officer p ON p.id = i.entered_by"
)


async def newest(db: Db, offices: Sequence[int], periods: Sequence[Period]) -> dict[tuple[int, str, Period], Told]:
    """The number that counts, by (office, indicator, period); a period matches by its very days."""
    rows = await db.rows(
        f"SELECT DISTINCT ON (i.office_id, i.indicator, i.first_day, i.last_day) {_TOLD}"
        " WHERE i.office_id = ANY($1) AND (i.first_day, i.last_day) IN (SELECT * FROM unnest($2::date[], $3::date[]))"
        " ORDER BY i.office_id, i.indicator, i.first_day, i.last_day, i.serial DESC",
        list(offices), [one.first_day for one in periods], [one.last_day for one in periods],
    )
    spans = {(one.first_day, one.last_day): one for one in periods}
    found = [Told(**dict(row)) for row in rows]
    return {(one.office_id, one.indicator, spans[one.first_day, one.last_day]): one for one in found}


async def history(db: Db, offices: Sequence[int], period: Period, indicator: str | None = None) -> list[Told]:
    """Every number ever entered for this very period, newest first."""
    rows = await db.rows(
        f"SELECT {_TOLD} WHERE i.office_id = ANY($1) AND i.first_day = $2 AND i.last_day = $3"
        " AND ($4::text IS NULL OR i.indicator = $4) ORDER BY i.entered_at DESC, i.serial DESC LIMIT 100",
        list(offices), period.first_day, period.last_day, indicator,
    )
    return [Told(**dict(row)) for row in rows]


def of_offices(
    known: dict[tuple[int, str, Period], Told], indicator: str, period: Period, communes: Sequence[int],
    province: int | None,
) -> tuple[int, int, str] | None:
    """(numerator, denominator, source) for a set of offices: the province's own word, else all communes together.

    None while a commune has said nothing: a part is not a whole.
    """
    if province is not None and (said := known.get((province, indicator, period))) is not None:
        return said.numerator, said.denominator, said.source
    said_each = [known.get((one, indicator, period)) for one in communes]
    if not said_each or any(one is None for one in said_each):
        return None
    found = [one for one in said_each if one is not None]
    sources = sorted({one.source for one in found})
    more = f" (+{len(sources) - 1})" if len(sources) > 1 else ""
    return sum(one.numerator for one in found), sum(one.denominator for one in found), f"{sources[0]}{more}"

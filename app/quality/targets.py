"""Targets (chỉ tiêu) of a unit and its head: what was promised, by whom, for how long.

Set by the office above or by the unit itself, with the decision and its validity; withdrawn, never deleted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from app.kit import clock
from app.kit.db import Db
from app.kit.errors import Conflict, NotFound, Refused
from app.kit.words import N_
from app.quality.models import Target
from app.quality.period import Period

Kind = Literal["rate", "hours", "days"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that can be promised. A rate is in percent and more is better; hours and days: less is better."""

    id: str
    title: str  # msgid
    kind: Kind
    lens: str = ""  # a rate: the lens it is counted by
    missing: str = ""  # msgid: what one more dossier of it is called


MEASURES: Final[Mapping[str, Measure]] = {one.id: one for one in (
    Measure("on_time_rate", N_("Tỷ lệ hồ sơ không trễ hạn"), "rate", "on_time", N_("thêm {n} hồ sơ đúng hạn")),
    Measure("early_rate", N_("Tỷ lệ hồ sơ xong trước hạn"), "rate", "", N_("thêm {n} hồ sơ xong trước hạn")),
    Measure("online_rate", N_("Tỷ lệ hồ sơ nộp trực tuyến"), "rate", "filed_online", N_("thêm {n} hồ sơ nộp trực tuyến")),
    Measure("online_payment_rate", N_("Tỷ lệ hồ sơ thanh toán trực tuyến"), "rate", "paid_online",
            N_("thêm {n} hồ sơ thanh toán trực tuyến")),
    Measure("digitisation_rate", N_("Tỷ lệ hồ sơ số hóa giấy tờ và kết quả"), "rate", "digitised",
            N_("thêm {n} hồ sơ số hóa đủ")),
    Measure("electronic_result_rate", N_("Tỷ lệ hồ sơ có kết quả điện tử"), "rate", "electronic_result",
            N_("thêm {n} hồ sơ có kết quả điện tử")),
    Measure("satisfaction", N_("Tỷ lệ hài lòng (chỉ tiêu 5.4)"), "rate", "satisfied", N_("thêm {n} hồ sơ không quá hạn")),
    Measure("handling_hours", N_("Thời gian giải quyết trung bình, giờ làm việc"), "hours"),
    Measure("longest_overdue", N_("Số ngày quá hạn lâu nhất của một hồ sơ"), "days",
            missing=N_("còn {n} hồ sơ quá hạn lâu hơn")),
)}


class MeasureUnknown(Refused):
    """Not one of the measures."""

    says = N_("Không có loại chỉ tiêu này.")


class GoalRefused(Refused):
    """A goal nobody can mean."""

    says = N_("Mức phải đạt: tỷ lệ từ 0 đến 100 %; giờ hoặc ngày từ 0 đến 10.000; nhiều nhất hai chữ số thập phân.")


class ValidityRefused(Refused):
    """It ends before it begins, or lies beyond any plan."""

    says = N_("Ngày kết thúc phải sau hoặc bằng ngày bắt đầu, trong khoảng 2000–2100.")


class TargetOverlaps(Conflict):
    """For this measure the unit has a goal in that time already."""

    says = N_("Đơn vị đã có chỉ tiêu này từ {first} đến {last}. Hãy rút chỉ tiêu cũ hoặc chọn thời gian khác.")


class HeadNotOfUnit(Refused):
    """The person who answers for it works elsewhere."""

    says = N_("Người chịu trách nhiệm phải thuộc đơn vị được giao.")


class TargetNotFound(NotFound):
    """No such target, or withdrawn already."""

    says = N_("Không có chỉ tiêu này, hoặc chỉ tiêu đã được rút.")


@dataclass(frozen=True, slots=True)
class Promise:
    """A target as it is read back."""

    id: UUID
    office_id: int
    office_name: str
    head_id: UUID | None
    head_name: str
    measure: str
    goal: Decimal
    decision: str
    valid_from: date
    valid_to: date | None
    set_by: str
    set_at: datetime
    withdrawn_at: datetime | None


async def set_target(
    db: Db, *, office_id: int, head_id: UUID | None, measure: str, goal: Decimal, decision: str, valid_from: date,
    valid_to: date | None, by: UUID,
) -> UUID:
    """Promise a goal. Raises MeasureUnknown, GoalRefused, ValidityRefused, HeadNotOfUnit, TargetOverlaps.

    Two at once are taken in turn: the second sees the first.
    """
    rule = MEASURES.get(measure)
    if rule is None:
        raise MeasureUnknown
    most = Decimal(100) if rule.kind == "rate" else Decimal(10_000)
    if not goal.is_finite() or not 0 <= goal <= most or goal != goal.quantize(Decimal("0.01")):
        raise GoalRefused
    last = valid_to or date(2100, 12, 31)
    if not date(2000, 1, 1) <= valid_from <= last <= date(2100, 12, 31):
        raise ValidityRefused
    if head_id is not None and await db.value("SELECT office_id FROM officer WHERE id = $1", head_id) != office_id:
        raise HeadNotOfUnit
    await db.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"target:{office_id}:{measure}")
    clash = await db.row(
        "SELECT valid_from, valid_to FROM target WHERE office_id = $1 AND measure = $2 AND withdrawn_at IS NULL"
        " AND head_id IS NOT DISTINCT FROM $3 AND valid_from <= $5 AND COALESCE(valid_to, 'infinity') >= $4 LIMIT 1",
        office_id, measure, head_id, valid_from, last,
    )
    if clash is not None:
        ends = clash["valid_to"]
        raise TargetOverlaps(first=f"{clash['valid_from']:%d/%m/%Y}", last=f"{ends:%d/%m/%Y}" if ends else "…")
    target = await db.add(Target(
        office_id=office_id, head_id=head_id, measure=measure, goal=goal, decision=decision.strip()[:300],
        valid_from=valid_from, valid_to=valid_to, set_by=by, set_at=clock.now(),
    ))
    return target.id


async def withdraw(db: Db, target_id: UUID) -> None:
    """End a promise; it stays in the history. Raises TargetNotFound."""
    sql = "UPDATE target SET withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL"
    if not await db.run(sql, target_id, clock.now()):
        raise TargetNotFound


_READ: Final = (
    "SELECT t.id, t.office_id, o.short_name AS office_name, t.head_id, COALESCE(h.name, '') AS head_name, t.measure, t.goal,"
    " t.decision, t.valid_from, t.valid_to, COALESCE(s.name, '') AS set_by, t.set_at, t.withdrawn_at"
    " FROM target t JOIN office o ON o.id = t.office_id LEFT JOIN officer h ON h.id = t.head_id"
    " LEFT JOIN officer s ON s.id = t.set_by WHERE t.office_id = ANY($1)"
)


async def promised(db: Db, offices: Sequence[int], period: Period) -> list[Promise]:
    """The promises in force on the last day of the period, by unit and measure."""
    rows = await db.rows(
        f"{_READ} AND t.withdrawn_at IS NULL AND t.valid_from <= $2 AND COALESCE(t.valid_to, 'infinity') >= $2"
        " ORDER BY o.short_name, h.name NULLS FIRST, t.measure LIMIT 500",
        list(offices), period.last_day,
    )
    return [Promise(**dict(row)) for row in rows]


async def history(db: Db, offices: Sequence[int], limit: int = 100) -> list[Promise]:
    """Every promise ever made, newest first, withdrawn ones too."""
    rows = await db.rows(f"{_READ} ORDER BY t.set_at DESC, t.id LIMIT $2", list(offices), limit)
    return [Promise(**dict(row)) for row in rows]


async def one(db: Db, target_id: UUID, offices: Sequence[int]) -> Promise:
    """A promise of these offices. Raises TargetNotFound."""
    row = await db.row(f"{_READ} AND t.id = $2", list(offices), target_id)
    if row is None:
        raise TargetNotFound
    return Promise(**dict(row))

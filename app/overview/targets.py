"""Targets per unit and head: what was promised, now, before, what is missing; set and withdrawn by those who may."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse

from app.faces.access import RoleMissing, SupervisorVisit, Visit
from app.faces.moments import number
from app.faces.routes import Router
from app.kit.errors import Refusal
from app.kit.words import N_, say
from app.org.models import Role
from app.overview.index import office_names
from app.overview.index_words import choices, period_of, period_words
from app.overview.page import address, field, offices_of, show, tell
from app.quality import targets
from app.quality.period import Period
from app.quality.progress import Progress, Standing, progress
from app.quality.targets import MEASURES, Measure

router = Router(include_in_schema=False)
Word = Annotated[str, Query(max_length=40)]
STEERS = frozenset({Role.HEAD, Role.LEADER, Role.SUPERVISOR, Role.ADMINISTRATOR})


@router.get("/overview/targets")
async def board(visit: SupervisorVisit, office: Word = "", period: Word = "") -> Response:
    """Every promise in force in the period, unit by unit."""
    return await _page(visit, office, period_of(period), {}, {})


@router.post("/overview/targets")
async def promise(request: Request, visit: SupervisorVisit) -> Response:
    """Set a goal for a unit in sight, or for one's own."""
    if not visit.officer.roles & STEERS:
        raise RoleMissing
    typed = {name: str(value) for name, value in (await request.form()).items()}
    office_id = offices_of(visit, typed.get("office", "") or str(visit.officer.office_id))[0]
    language = visit.language
    errors: dict[str, str] = {}
    goal, first, last = _goal(typed.get("goal", "")), _date(typed, "valid_from"), _date(typed, "valid_to")
    if goal is None:
        errors["goal"] = targets.GoalRefused().words(language)
    if first is None:
        errors["valid_from-day"] = say(N_("Hãy nhập ngày bắt đầu, ví dụ 1/1/2027."), language)
    if last is None and any(typed.get(f"valid_to-{part}", "").strip() for part in ("day", "month", "year")):
        errors["valid_to-day"] = say(N_("Ngày kết thúc không có thật. Để trống nếu chưa biết."), language)
    head = _id(typed.get("head", ""))
    if typed.get("head") and head is None:
        errors["head"] = targets.HeadNotOfUnit().words(language)
    if not errors and goal is not None and first is not None:
        try:
            await targets.set_target(
                visit.db, office_id=office_id, head_id=head, measure=typed.get("measure", ""), goal=goal,
                decision=typed.get("decision", ""), valid_from=first, valid_to=last, by=visit.officer.id,
            )
        except Refusal as refused:
            errors[_FIELDS.get(type(refused).__name__, "goal")] = refused.words(language)
        else:
            await tell(visit, say(N_("Đã giao chỉ tiêu."), language))
            return RedirectResponse(address("/overview/targets", office=typed.get("shown", "")), status_code=303)
    return await _page(visit, "", period_of(""), typed, errors)


_FIELDS = {
    "MeasureUnknown": "measure", "GoalRefused": "goal", "ValidityRefused": "valid_to-day", "HeadNotOfUnit": "head",
    "TargetOverlaps": "valid_from-day",
}


@router.post("/overview/targets/{target_id}/withdraw")
async def withdraw(visit: SupervisorVisit, target_id: UUID) -> Response:
    """End a promise; it stays in the history."""
    await targets.one(visit.db, target_id, visit.officer.offices)
    if not visit.officer.roles & STEERS:
        raise RoleMissing
    await targets.withdraw(visit.db, target_id)
    await tell(visit, say(N_("Đã rút chỉ tiêu. Lịch sử vẫn được giữ."), visit.language))
    return RedirectResponse("/overview/targets", status_code=303)


async def _page(
    visit: Visit, office: str, period: Period, typed: Mapping[str, str], errors: Mapping[str, str]
) -> Response:
    offices, language, named = offices_of(visit, office), visit.language, await office_names(visit)
    found = await progress(visit.db, visit.tools, await targets.promised(visit.db, offices, period), period)
    units: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in found:
        units.setdefault((one.promise.office_name, one.promise.head_name), []).append(_row(one, language))
    filters = [field("period", N_("Kỳ"), choices(period, language), period.word, language, every=False)]
    if len(named) > 1:
        names = [(str(one), words) for one, words in named.items()]
        filters.insert(0, field("office", N_("Đơn vị"), names, office, language))
    return await show(
        visit, "targets/targets.html", status=422 if errors else 200, filters=filters, errors=errors,
        units=[{"office": unit, "head": head, "rows": rows} for (unit, head), rows in units.items()],
        period_words=period_words(period, language), before_words=period_words(period.before(), language),
        may_set=bool(visit.officer.roles & STEERS), typed=_typed(typed), shown=office,
        offices=[{"value": str(one), "text": words} for one, words in named.items()], own=str(visit.officer.office_id),
        heads=await _heads(visit, named), reached=sum(one.reached is True for one in found), count=len(found),
        measures=[{"value": one.id, "text": say(one.title, language)} for one in MEASURES.values()],
        history=[{"promise": one, "title": say(MEASURES[one.measure].title, language),
                  "goal": _value(one.measure, one.goal, language)}
                 for one in await targets.history(visit.db, offices) if one.measure in MEASURES],
    )


def _row(one: Progress, language: str) -> dict[str, Any]:
    rule, promise = MEASURES[one.promise.measure], one.promise
    most = 100.0
    if rule.kind != "rate":
        most = float(max(one.now.value or 0, one.before.value or 0, Fraction(promise.goal), 1))
    return {
        "id": promise.id, "title": say(rule.title, language), "goal": _value(promise.measure, promise.goal, language),
        "goal_share": min(1.0, float(promise.goal) / most), "decision": promise.decision, "valid_from": promise.valid_from,
        "valid_to": promise.valid_to, "now": _standing(rule, one.now, language),
        "before": _standing(rule, one.before, language),
        "now_share": float(one.now.value or 0) / most, "known": one.now.value is not None, "reached": one.reached,
        "missing": _missing(rule, one, language), "lower": rule.kind != "rate",
    }


def _standing(rule: Measure, one: Standing, language: str) -> str:
    if one.value is None:
        return say(N_("chưa có số liệu"), language)
    said = _value(rule.id, one.value, language)
    return f"{said} ({one.good} / {one.counted})" if rule.kind == "rate" else said


def _missing(rule: Measure, one: Progress, language: str) -> str:
    if one.reached is None:
        return say(N_("chưa có số liệu"), language)
    if one.reached:
        return ""
    if one.beyond_reach:
        return say(N_("không còn đạt được trong kỳ: đã có {n} hồ sơ không đạt"), language, n=one.now.counted - one.now.good)
    if one.missing is None or not rule.missing:
        return say(N_("cao hơn mức phải đạt"), language)
    return say(rule.missing, language, n=one.missing)


def _value(measure: str, value: Fraction | Decimal, language: str) -> str:
    """97,50 % · 6,25 giờ · 3 ngày"""
    kind = MEASURES[measure].kind
    exact = Decimal(value.numerator) / Decimal(value.denominator) if isinstance(value, Fraction) else value
    plain = number(float(exact), 0 if exact == exact.to_integral_value() else 2, language)
    if kind == "rate":
        return f"{plain} %"
    return say(N_("{n} giờ"), language, n=plain) if kind == "hours" else say(N_("{n} ngày"), language, n=plain)


async def _heads(visit: Visit, named: Mapping[int, str]) -> list[dict[str, Any]]:
    """Who answers for a unit: its head or leader; nobody: the unit itself."""
    rows = await visit.db.rows(
        "SELECT id, office_id, name, title FROM officer WHERE office_id = ANY($1) AND active"
        " AND roles ?| ARRAY['head', 'leader'] ORDER BY office_id, name", list(named),
    )
    nobody = {"value": "", "text": say(N_("Cả đơn vị"), visit.language)}
    return [
        nobody,
        *({"value": str(row["id"]), "text": f"{row['name']}, {row['title']}, {named[row['office_id']]}"} for row in rows),
    ]


def _typed(typed: Mapping[str, str]) -> dict[str, Any]:
    plain = {name: typed.get(name, "") for name in ("office", "head", "measure", "goal", "decision")}
    days = {
        name: {part: typed.get(f"{name}-{part}", "") for part in ("day", "month", "year")}
        for name in ("valid_from", "valid_to")
    }
    return {**plain, **days}


def _goal(text: str) -> Decimal | None:
    """97,5 or 97.5 or 97,5 %"""
    try:
        value = Decimal(text.replace("%", "").strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < 10**6 else None


def _date(typed: Mapping[str, str], name: str) -> date | None:
    parts = [typed.get(f"{name}-{part}", "").strip() for part in ("year", "month", "day")]
    if not all(part.isascii() and part.isdecimal() and len(part) <= 4 for part in parts):
        return None
    try:
        return date(*map(int, parts))
    except ValueError:
        return None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

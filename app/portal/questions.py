"""A question page as it is shown: fields with what is known, where it came from, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.citizens.models import Citizen
from app.dossiers.case import Case
from app.kit.db import Db
from app.kit.words import N_, say
from app.org import people, units
from app.portal.wording import YES_NO, phone_words
from app.procedures.conditions import holds
from app.procedures.forms import prefill
from app.procedures.questions import FormField, FormPage

_AUTOCOMPLETE = {"phone": "tel", "email": "email"}
_INPUTMODE = {"number": "numeric", "money": "numeric", "personal_number": "numeric"}
_TYPES = {"phone": "tel", "email": "email"}
_WIDTHS = {"personal_number": 20, "phone": 20, "number": 5, "money": 10, "time": 5}


@dataclass(frozen=True, slots=True)
class Question:
    """One field ready to be drawn. `value` is as typed or as kept; `provinces` and `communes` only for addresses."""

    id: str
    kind: str
    label: str
    hint: str
    value: Any
    error: str
    optional: bool
    known: bool
    options: tuple[dict[str, str], ...] = ()
    provinces: tuple[dict[str, str], ...] = ()
    communes: tuple[dict[str, str], ...] = ()
    type: str = "text"
    inputmode: str = ""
    autocomplete: str = ""
    width: int | None = None
    parts: Mapping[str, str] = field(default_factory=dict)


async def questions_of(
    db: Db, case: Case, page: FormPage, values: Mapping[str, Any], errors: Mapping[str, str], citizen: Citizen,
    language: str,
) -> list[Question]:
    """The fields of a page that apply, in order."""
    known = prefill(case.procedure.form, citizen).get(page.id, {})
    found, said = [], dict(case.facts)
    for one in page.fields:
        if one.when and not holds(one.when, said):
            continue
        value = values.get(one.id)
        if isinstance(value, str | int | bool):
            said[one.id] = value
        found.append(await _question(db, one, value, errors.get(one.id, ""), known.get(one.id), language))
    return found


async def _question(
    db: Db, rule: FormField, value: Any, error: str, known: Any, language: str
) -> Question:
    same = known is not None and known == value
    if rule.kind == "phone" and isinstance(value, str):
        value = phone_words(value)
    options = tuple(
        {"value": one.value, "text": one.label.in_(language), "hint": one.hint.in_(language) if one.hint else ""}
        for one in rule.options
    )
    if rule.kind == "yes_no":
        options = tuple({"value": key, "text": say(text, language), "hint": ""} for key, text in YES_NO.items())
    provinces: tuple[dict[str, str], ...] = ()
    communes: tuple[dict[str, str], ...] = ()
    parts: Mapping[str, str] = {}
    if rule.kind == "address":
        parts = _parts(value)
        provinces = await province_options(db, language)
        communes = await commune_options(db, parts.get("province", ""), language)
    return Question(
        id=rule.id, kind=rule.kind, label=rule.label.in_(language), hint=rule.hint.in_(language) if rule.hint else "",
        value=value, error=error, optional=not rule.required, known=same,
        options=options, provinces=provinces, communes=communes, parts=parts, type=_TYPES.get(rule.kind, "text"),
        inputmode=_INPUTMODE.get(rule.kind, ""), autocomplete=_AUTOCOMPLETE.get(rule.kind, "off"),
        width=_WIDTHS.get(rule.kind) or (10 if rule.width == "short" else None),
    )


async def province_options(db: Db, language: str) -> tuple[dict[str, str], ...]:
    """Every province of today; where the country's units were not taken in, those of our own offices."""
    rows = [(unit.code, unit.name) for unit in await units.units_of(db)]
    known = {code for code, _ in rows}
    for office in await people.communes(db):
        code = office.territory_code[:2]
        if code not in known:
            known.add(code)
            above = await db.value("SELECT short_name FROM office WHERE id = $1", office.parent_id)
            rows.append((code, str(above or code)))
    return _with_empty(rows, say(N_("Chọn tỉnh, thành phố"), language))


async def commune_options(db: Db, province: str, language: str) -> tuple[dict[str, str], ...]:
    """The communes of a province; none before one is chosen."""
    rows: list[tuple[str, str]] = []
    if province:
        rows = [(unit.code, unit.name) for unit in await units.units_of(db, province)]
        known = {code for code, _ in rows}
        rows += [
            (office.territory_code, office.short_name) for office in await people.communes(db)
            if office.territory_code[:2] == province and office.territory_code not in known
        ]
    empty = N_("Chọn xã, phường, đặc khu") if province else N_("Chọn tỉnh trước")
    return _with_empty(rows, say(empty, language))


def typed_values(page: FormPage, given: Mapping[str, Any]) -> dict[str, Any]:
    """A form as it was typed, in the shape answers are kept in: to show a page again with its errors."""
    shown: dict[str, Any] = {}
    for one in page.fields:
        if one.kind in ("date", "partial_date"):
            shown[one.id] = {part: given.get(f"{one.id}-{part}", "") for part in ("day", "month", "year")}
        elif one.kind == "address":
            shown[one.id] = {part: given.get(f"{one.id}-{part}", "") for part in ("province", "commune", "street")}
        elif one.kind == "choices":
            value = given.get(one.id, [])
            shown[one.id] = value if isinstance(value, list) else [value]
        else:
            shown[one.id] = given.get(one.id, "")
    return shown


def asked_in(page: FormPage, given: Mapping[str, Any]) -> set[str]:
    """The fields the sent form had on it (an unticked group of boxes sends nothing, so choices count as asked)."""
    names = {name.partition("-")[0] for name in given}
    shown = {str(name) for name in str(given.get("shown", "")).split()}
    return {one.id for one in page.fields if one.id in names or one.id in shown}


def _parts(value: Any) -> Mapping[str, str]:
    if isinstance(value, Mapping):
        return {part: str(value.get(part) or "") for part in ("province", "commune", "street")}
    return {"street": str(value or "")}


def _with_empty(rows: list[tuple[str, str]], words: str) -> tuple[dict[str, str], ...]:
    return ({"value": "", "text": words}, *({"value": code, "text": name} for code, name in rows))

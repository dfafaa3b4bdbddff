"""Fields of a package as a form shows them: one view a field, whatever its kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.kit.db import Db
from app.org import units
from app.procedures.questions import FormField

PARTS: Final = ("day", "month", "year")
_INPUT: Final = {"number": "numeric", "money": "numeric", "personal_number": "numeric", "phone": "tel", "email": "email"}
_WIDTH: Final = {"number": 5, "money": 10, "personal_number": 20, "phone": 20, "time": 5}


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field ready to be drawn. `name` is what the form sends; dates and addresses add `-day`, `-commune` …"""

    name: str
    kind: str
    label: str
    hint: str
    value: Any
    error: str
    optional: bool
    options: tuple[dict[str, str], ...] = ()
    provinces: tuple[dict[str, str], ...] = ()
    communes: tuple[dict[str, str], ...] = ()
    inputmode: str = ""
    width: int | None = None
    parts: Mapping[str, str] = field(default_factory=dict)

    @property
    def typed(self) -> bool:
        """Whether it is one box to type in."""
        return self.kind not in ("choice", "choices", "yes_no", "date", "partial_date", "address")


async def view_of(
    db: Db, one: FormField, values: Mapping[str, Any], errors: Mapping[str, str], language: str, *, prefix: str = "",
    province: str = "",
) -> FieldView:
    """A field with what is known or was typed. `province` is where an address begins when nothing was said yet."""
    value: Any = values.get(one.id)
    provinces: tuple[dict[str, str], ...] = ()
    communes: tuple[dict[str, str], ...] = ()
    parts: dict[str, str] = {}
    if one.kind == "address":
        given = value if isinstance(value, Mapping) else {}
        parts = {part: str(given.get(part) or "") for part in ("province", "commune", "street")}
        parts["province"] = parts["province"] or province
        provinces = await _units(db, None)
        communes = await _units(db, parts["province"]) if parts["province"] else ()
    elif one.kind in ("date", "partial_date"):
        given = value if isinstance(value, Mapping) else {}
        parts = {part: str(given.get(part) or "") for part in PARTS}
    return FieldView(
        name=f"{prefix}{one.id}", kind=one.kind, label=one.label.in_(language),
        hint=one.hint.in_(language) if one.hint else "", value="" if value is None else value,
        error=errors.get(one.id, ""), optional=not one.required,
        options=tuple({"value": option.value, "text": option.label.in_(language),
                       "hint": option.hint.in_(language) if option.hint else ""} for option in one.options),
        provinces=provinces, communes=communes, inputmode=_INPUT.get(one.kind, ""),
        width=_WIDTH.get(one.kind) or (10 if one.width == "short" else None), parts=parts,
    )


async def _units(db: Db, parent: str | None) -> tuple[dict[str, str], ...]:
    return tuple({"value": unit.code, "text": unit.name} for unit in await units.units_of(db, parent))


def given_of(form: Any, fields: tuple[FormField, ...], prefix: str = "") -> dict[str, Any]:
    """What a sent form says about these fields, as `procedures.forms` reads it. Fields not on the form stay out."""
    given: dict[str, Any] = {}
    for one in fields:
        name = f"{prefix}{one.id}"
        if one.kind == "choices":
            given[one.id] = [str(value) for value in form.getlist(name)]
        elif one.kind == "address":
            given |= {f"{one.id}-{part}": str(form.get(f"{name}-{part}", "")) for part in ("province", "commune", "street")}
        elif one.kind in ("date", "partial_date"):
            given |= {f"{one.id}-{part}": str(form.get(f"{name}-{part}", "")) for part in PARTS}
        else:
            given[one.id] = str(form.get(name, ""))
    return given


def typed_of(given: Mapping[str, Any], fields: tuple[FormField, ...]) -> dict[str, Any]:
    """The same, put together again as `view_of` shows it: what was typed stays, right or wrong."""
    typed: dict[str, Any] = {}
    for one in fields:
        names = {"address": ("province", "commune", "street"), "date": PARTS, "partial_date": PARTS}.get(one.kind)
        typed[one.id] = {part: given.get(f"{one.id}-{part}", "") for part in names} if names else given.get(one.id)
    return typed


def error_pairs(fields: tuple[FormField, ...], errors: Mapping[str, str], prefix: str = "") -> list[tuple[str, str]]:
    """For the summary: the id each sentence leads to."""
    ends = {"date": "-day", "partial_date": "-day", "address": "-province"}
    return [(f"{prefix}{one.id}{ends.get(one.kind, '')}", errors[one.id]) for one in fields if one.id in errors]

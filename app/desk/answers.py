"""Answers of a form as officers read them."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.dossiers.addresses import place_of
from app.faces.moments import money
from app.kit.db import Db
from app.kit.words import N_, say
from app.procedures.questions import FormField


async def page_rows(
    db: Db, fields: Iterable[FormField], values: Mapping[str, Any], language: str
) -> list[dict[str, str]]:
    """Rows of a summary list {name, value}; what was not asked stays out, what was left empty has a dash."""
    return [
        {"name": one.label.in_(language), "value": await value_words(db, one, values[one.id], language) or "—"}
        for one in fields if one.id in values
    ]


async def value_words(db: Db, one: FormField, value: Any, language: str) -> str:
    """One answer in words; empty when there is none."""
    if value in (None, "", [], {}):
        return ""
    if one.kind in ("choice", "choices"):
        labels = {option.value: option.label.in_(language) for option in one.options}
        return ", ".join(labels.get(str(part), str(part)) for part in (value if isinstance(value, list) else [value]))
    if one.kind == "yes_no":
        return say(N_("Có") if value == "yes" else N_("Không"), language)
    if one.kind in ("date", "partial_date") and isinstance(value, Mapping):
        return "/".join(f"{value[part]:02d}" if isinstance(value[part], int) else str(value[part])
                        for part in ("day", "month", "year") if value.get(part))
    if one.kind == "address":
        return str(await place_of(db, value))
    if one.kind == "money" and isinstance(value, int):
        return money(value, language)
    return str(value)

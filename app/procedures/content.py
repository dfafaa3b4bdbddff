"""What stands in a result: each field of its template, from where the package says.

A source is written in `[results.content]`:

- `page.field`            an answer of the form; a choice gives its Vietnamese label
- `office_note.step.field`  what an officer noted with a step, or what an effect brought
- `facts.name`, `dossier.name`, `office.name`   a routing fact; `code`, `holder_name` …; `authority`, `short_name` …
- `"Quyển {year}"`, `"{size.height} m"`   words as they stand, in quotation marks; in braces the year of issue or another
                          source; nothing at all when that source is empty
- `= copies > 0`          an expression over the facts
- `a | b`                 the first that is not empty

Dates and addresses stay as they were answered; app.dossiers prints them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.engine.expressions import compile_expression
from app.procedures.package import Procedure, ResultRule
from app.procedures.questions import Form, FormField

_NAMED = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Known:
    """What results are made from. `office` and `dossier` hold what may be named; `year` is the year of issue."""

    answers: Mapping[str, Mapping[str, Any]]
    facts: Mapping[str, Any]
    year: int
    dossier: Mapping[str, Any] = field(default_factory=dict)
    office: Mapping[str, Any] = field(default_factory=dict)


def content_of(rule: ResultRule, procedure: Procedure, form: Form, known: Known) -> dict[str, Any]:
    """Every field of the result; None where nothing is known."""
    return {name: value_of(source, procedure, form, known) for name, source in rule.content.items()}


def value_of(source: str, procedure: Procedure, form: Form, known: Known) -> Any:
    """The value behind one source; None when nothing is there."""
    for one in _alternatives(source):
        value = _one(one, procedure, form, known)
        if value not in (None, "", [], {}):
            return value
    return None


def problem_of(source: str, procedure: Procedure, form: Form) -> str | None:
    """Why `source` cannot be read in this package, or None."""
    for one in (named for part in _alternatives(source) for named in _named(part)):
        page, _, rest = one.partition(".")
        if page in ("facts", "dossier", "office") and rest:
            continue
        if page == "office_note":
            step, _, name = rest.partition(".")
            if step in procedure.steps and _noted(procedure, step, name) is None:
                return f"step {step} notes no {name}"
            if step not in procedure.steps and step not in procedure.effects:
                return f"there is no step or effect {step}"
        elif _asked(form, page, rest) is None:
            return f"no field {one}"
    return None


def _alternatives(source: str) -> list[str]:
    return [source.strip()] if source.startswith("=") else [one.strip() for one in source.split("|")]


def _named(part: str) -> list[str]:
    """The places that one alternative reads."""
    if part.startswith("="):
        return []
    return [name for name in _NAMED.findall(part) if name != "year"] if part.startswith('"') else [part]


def _one(source: str, procedure: Procedure, form: Form, known: Known) -> Any:
    if source.startswith('"'):
        told = {name: _one(name, procedure, form, known) for name in _named(source)}
        if any(value in (None, "") for value in told.values()):
            return None
        return _NAMED.sub(lambda place: str(told.get(place[1], known.year)), source.strip('"'))
    if source.startswith("="):
        return compile_expression(source[1:])(known.facts)
    page, _, name = source.partition(".")
    if page in ("facts", "dossier", "office"):
        return {"facts": known.facts, "dossier": known.dossier, "office": known.office}[page].get(name)
    if page == "office_note":
        step, _, name = name.partition(".")
        return _told(_noted(procedure, step, name), known.answers.get(f"office.{step}", {}).get(name))
    return _told(_asked(form, page, name), known.answers.get(page, {}).get(name))


def _asked(form: Form, page_id: str, name: str) -> FormField | None:
    page = form.page(page_id)
    return next((one for one in page.fields if one.id == name), None) if page else None


def _noted(procedure: Procedure, step: str, name: str) -> FormField | None:
    rule = procedure.steps.get(step)
    fields = (one for action in rule.actions for one in action.fields) if rule else ()
    return next((one for one in fields if one.id == name), None)


def _told(asked: FormField | None, value: Any) -> Any:
    """A choice as its label; results are Vietnamese."""
    if asked is None or asked.kind not in ("choice", "choices"):
        return value
    labels = {option.value: option.label.vi for option in asked.options}
    if isinstance(value, list):
        return ", ".join(labels.get(one, str(one)) for one in value) or None
    return labels.get(value, value)

"""Read a package from its files and prove it whole: types, drawing, tables, and that they fit each other."""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from app.engine.courses import course_of
from app.engine.decisions import Decision, load_decision
from app.engine.drawings import Drawing, load_drawing
from app.engine.errors import DrawingRefused, ExpressionRefused
from app.engine.expressions import compile_expression
from app.procedures.content import problem_of
from app.procedures.overlay import Overlay
from app.procedures.package import Procedure
from app.procedures.questions import Form, FormField
from app.procedures.timing import overlaps
from app.procedures.timing import problems_of as problems_of_time

TEXT_FILES = (".toml", ".bpmn", ".dmn", ".json", ".typ")


class PackageRefused(Exception):
    """A package cannot be published. `problems`: one sentence each, naming file and place."""

    def __init__(self, where: str, problems: list[str]) -> None:
        super().__init__(f"{where}: " + "; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Package:
    """A package that fits together."""

    procedure: Procedure
    form: Form
    drawing: Drawing
    decisions: Mapping[str, Decision]
    files: Mapping[str, str]
    overlay: Overlay = field(default_factory=Overlay)

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents: the same files are the same version."""
        text = json.dumps(dict(sorted(self.files.items())), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def read_folder(folder: Path, *, overlay: Mapping[str, Any] | None = None) -> Package:
    """Read `workflows/<code>-<slug>/`. `overlay` is the province's word on what the package leaves to it.

    Raises PackageRefused.
    """
    files = {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(folder.iterdir()) if path.is_file() and path.suffix in TEXT_FILES
    }
    if overlay:
        files["overlay.json"] = json.dumps(overlay, ensure_ascii=False, sort_keys=True, default=str)  # days
    return parse_package(files, where=folder.name)


def parse_package(files: Mapping[str, str], *, where: str = "package", published: bool = False) -> Package:
    """The package these files are. Raises PackageRefused.

    `published`: it was proved when it came into force and dossiers run by it, so later, stricter rules for publishing
    must not lock them: its times are taken as they are.
    """
    missing = [name for name in ("procedure.toml", "process.bpmn", "form.json") if name not in files]
    if missing:
        raise PackageRefused(where, [f"{name} is missing" for name in missing])
    try:
        procedure = Procedure.model_validate(tomllib.loads(files["procedure.toml"]))
        form = Form.model_validate_json(files["form.json"])
        overlay = Overlay.model_validate_json(files.get("overlay.json", "{}"))
    except (ValidationError, tomllib.TOMLDecodeError) as wrong:
        raise PackageRefused(where, _problems(wrong)) from wrong
    try:
        tables = {name: text.encode() for name, text in files.items() if name.endswith(".dmn")}
        decisions = {name: load_decision(text) for name, text in tables.items()}
        drawing = load_drawing(files["process.bpmn"].encode(), tables)
    except DrawingRefused as wrong:
        raise PackageRefused(where, list(wrong.problems)) from wrong
    package = Package(overlay.laid_over(procedure), form, drawing, decisions, dict(files), overlay)
    problems = [*_conditions(procedure, form), *_references(package), *_overlaid(procedure, overlay)]
    if not published:
        course = course_of(files["process.bpmn"].encode())
        problems = [*problems_of_time(package.procedure, drawing, decisions, course), *_readings(package), *problems]
    if problems:
        raise PackageRefused(where, problems)
    return package


def _problems(wrong: ValidationError | tomllib.TOMLDecodeError) -> list[str]:
    if isinstance(wrong, ValidationError):
        return [f"{wrong.title}: {'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in wrong.errors()]
    return [str(wrong)]


def _conditions(procedure: Procedure, form: Form) -> list[str]:
    asked = {
        **{f"page {page.id}": page.fields for page in form.pages},
        **{f"action {name}.{action.id}": action.fields for name, step in procedure.steps.items() for action in step.actions},
    }
    named = {
        **{f"component {part.id}": part.when for part in procedure.components},
        **{f"fees.{rule.code}": rule.when for rule in procedure.fees},
        **{f"page {page.id}": page.when for page in form.pages},
        **{f"{where}.{one.id}": one.when for where, fields in asked.items() for one in fields},
    }
    facts = {"channel", "return_way", *procedure.facts, *procedure.elapsed}
    problems = []
    for where, text in named.items():
        if text is None:
            continue
        try:
            read = compile_expression(text).names
        except ExpressionRefused as wrong:
            problems.append(f"{where}: {wrong}")
            continue
        # A field may also read those before it on its own page.
        beside = {one.id for one in _fields_of(asked, where)}
        problems += [f"{where}: there is no fact {name}" for name in sorted(read - facts - beside)]
    return problems


def _readings(package: Package) -> Iterator[str]:
    """Each side's by itself: where both speak, the province's goes first."""
    own = package.procedure.term.readings[len(package.overlay.readings):]
    yield from overlaps("term.readings", own)
    yield from overlaps("overlay: readings", package.overlay.readings)


def _fields_of(asked: Mapping[str, tuple[FormField, ...]], where: str) -> tuple[FormField, ...]:
    return asked.get(where.rpartition(".")[0], ())


def _overlaid(procedure: Procedure, overlay: Overlay) -> list[str]:
    left = {rule.code for rule in procedure.fees if rule.set_by == "province"}
    problems = [f"overlay: fees.{code} is not left to the province" for code in sorted(set(overlay.fees) - left)]
    problems += [f"overlay: there is no step {name}" for name in sorted(set(overlay.steps) - set(procedure.steps))]
    if overlay.supplement is not None and procedure.supplement.term is not None:
        problems.append("overlay: the law itself sets the term for supplements")
    return problems


def _references(package: Package) -> list[str]:
    procedure, form = package.procedure, package.form
    fields = {f"{page.id}.{one.id}" for page in form.pages for one in page.fields}
    problems = [f"facts.{name}: no field {source}" for name, source in procedure.facts.items() if source not in fields]
    problems += [
        f"elapsed.{name}: no field {rule.since}" for name, rule in procedure.elapsed.items() if rule.since not in fields
    ]
    drawn = set(package.drawing.steps)
    undescribed = sorted(drawn - set(procedure.steps))
    problems += [f"process.bpmn: step {name} is not described under [steps]" for name in undescribed]
    problems += [f"steps.{name}: the drawing has no such task" for name in sorted(set(procedure.steps) - drawn)]
    problems += [
        f"process.bpmn: {name} asks a consultation that is not described"
        for name in sorted(package.drawing.effects)
        if name.startswith(("ask_", "silence_")) and name.split("_", 1)[1] not in procedure.consultations
    ]
    for name, consultation in procedure.consultations.items():
        if consultation.commune_from is not None and consultation.commune_from not in fields:
            problems.append(f"consultations.{name}: no field {consultation.commune_from}")
    for rule in procedure.fees:
        if rule.quantity is not None and rule.quantity not in procedure.facts:
            problems.append(f"fees.{rule.code}: there is no fact {rule.quantity}")
        if rule.decision and rule.decision not in package.decisions:
            problems.append(f"fees.{rule.code}: {rule.decision} is missing")
    if procedure.term.decision and procedure.term.decision not in package.decisions:
        problems.append(f"term: {procedure.term.decision} is missing")
    for result in procedure.results:
        if result.template not in package.files:
            problems.append(f"results: {result.template} is missing")
        if result.certify_component and procedure.component(result.certify_component) is None:
            problems.append(f"results: there is no paper {result.certify_component}")
        if result.copies_from and result.copies_from not in fields:
            problems.append(f"results: no field {result.copies_from}")
        for name, source in result.content.items():
            if problem := problem_of(source, procedure, form):
                problems.append(f"results.content.{name}: {problem}")
    return problems

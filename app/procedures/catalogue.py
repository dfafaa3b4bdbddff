"""Published procedures, loaded once and kept: a version never changes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from app.engine.decisions import Decision
from app.engine.drawings import Drawing
from app.kit import clock
from app.kit.db import Db
from app.kit.errors import NotFound
from app.kit.folding import fold
from app.kit.glance import Glance
from app.kit.words import N_, say
from app.procedures import dates
from app.procedures.conditions import holds
from app.procedures.content import Known, content_of, value_of
from app.procedures.overlay import Overlay
from app.procedures.package import Component, FeeRule, Procedure, ResultRule
from app.procedures.parts import Scalar
from app.procedures.questions import Form, FormPage
from app.procedures.reading import Package, parse_package


class ProcedureNotFound(NotFound):
    """No such procedure in force on that day."""

    says = N_("Không có thủ tục này, hoặc thủ tục chưa có hiệu lực vào ngày nộp.")


@dataclass(frozen=True, slots=True)
class FeeDue:
    """One fee line as the rules make it: đồng, and how it came about."""

    code: str
    kind: str
    name: str
    quantity: int
    amount: int
    explanation: str


@dataclass(frozen=True, slots=True)
class LoadedProcedure:
    """One version of a procedure ready for work: package, form, drawing, decision tables, the province's overlay."""

    version_id: UUID
    procedure: Procedure
    form: Form
    drawing: Drawing
    decisions: Mapping[str, Decision]
    files: Mapping[str, str]  # file name → text (templates, tables)
    overlay: Overlay = field(default_factory=Overlay)

    @property
    def code(self) -> str:
        return self.procedure.code

    def name(self, language: str = "vi") -> str:
        return self.procedure.name.in_(language)

    def facts_from(self, answers: Mapping[str, Mapping[str, Any]], **known: Scalar) -> dict[str, Scalar]:
        """The routing facts (flat scalars) that the answers and what is known beside them give."""
        facts: dict[str, Scalar] = dict(known)
        for name, source in self.procedure.facts.items():
            page, _, field_id = source.partition(".")
            value = answers.get(page, {}).get(field_id)
            facts[name] = value if isinstance(value, str | int | bool) and len(str(value)) <= 200 else None
        for name, rule in self.procedure.elapsed.items():
            page, _, field_id = rule.since.partition(".")
            latest = dates.last_possible(answers.get(page, {}).get(field_id))
            facts[name] = None if latest is None else (clock.today() - latest).days > rule.days
        return facts

    def content_for(self, rule: ResultRule, known: Known) -> dict[str, Any]:
        """What stands in a result: every field of its template; None where nothing is known."""
        return content_of(rule, self.procedure, self.form, known)

    def value_of(self, source: str, known: Known) -> Any:
        """The value behind one source as packages write them; None when nothing is there."""
        return value_of(source, self.procedure, self.form, known)

    def pages_for(self, facts: Mapping[str, Any]) -> tuple[FormPage, ...]:
        """The question pages that apply."""
        return tuple(page for page in self.form.pages if page.when is None or holds(page.when, facts))

    def components_for(self, facts: Mapping[str, Any], channel: str) -> tuple[tuple[Component, bool], ...]:
        """The papers that apply on this channel, each with whether it is required."""
        return tuple(
            (part, part.need not in ("optional", "asked"))
            for part in self.procedure.components
            if channel in part.channels and (part.when is None or holds(part.when, facts))
        )

    def term_for(self, facts: Mapping[str, Any]) -> str:
        """The legal term, as text of app.deadlines.terms: "3 working-days"."""
        rule = self.procedure.term
        if rule.decision:
            return str(self.decisions[rule.decision].decide(_inputs(facts))["term"])
        assert rule.term is not None
        return rule.term

    def fees_for(
        self, facts: Mapping[str, Any], *, language: str = "vi", day: date | None = None
    ) -> tuple[FeeDue, ...]:
        """What is owed by the rules in force on `day` (today); empty when nothing is.

        What the package leaves to the province is owed only where the province has set it.
        """
        on = day or clock.today()
        found = []
        for rule in self.procedure.fees:
            if rule.holds_on(on) and (rule.when is None or holds(rule.when, facts)):
                due = self._fee(rule, facts, language, on)
                if due.amount > 0:
                    found.append(due)
        return tuple(found)

    def _fee(self, rule: FeeRule, facts: Mapping[str, Any], language: str, day: date) -> FeeDue:
        quantity = 1 if rule.quantity is None else _count(facts.get(rule.quantity))
        over = self.overlay.fees.get(rule.code) if rule.set_by == "province" else None
        each, why = rule.amount or 0, rule.legal_basis
        if over is not None and over.holds_on(day):
            each, why = over.amount, over.legal_basis
        elif rule.decision:
            each = int(self.decisions[rule.decision].decide(_inputs(facts))["amount"] or 0)
        if rule.most is not None:
            each = min(each, rule.most)
        price = f"{each:,}".replace(",", ".")
        words = say(N_("{copies} × {each} đ ({basis})"), language, copies=quantity, each=price, basis=why)
        return FeeDue(rule.code, rule.kind, rule.name.in_(language), quantity, each * quantity, words)


class Catalogue:
    """Finds procedure versions; each is read from the database and compiled once a process."""

    def __init__(self) -> None:
        self._versions: dict[UUID, LoadedProcedure] = {}

    async def version(self, db: Db, version_id: UUID) -> LoadedProcedure:
        """This very version. Raises ProcedureNotFound."""
        known = self._versions.get(version_id)
        if known is None:
            row = await db.row("SELECT id, package FROM procedure_version WHERE id = $1", version_id)
            if row is None:
                raise ProcedureNotFound
            known = self._versions[version_id] = _loaded(
                version_id, parse_package(row["package"], published=True)
            )
        return known

    async def current(self, db: Db, code: str, day: date) -> LoadedProcedure:
        """The version in force on `day`. Raises ProcedureNotFound."""
        version_id = await db.value(
            "SELECT id FROM procedure_version WHERE code = $1 AND withdrawn_at IS NULL AND valid_from <= $2"
            " AND (valid_to IS NULL OR valid_to >= $2) ORDER BY valid_from DESC, published_at DESC LIMIT 1",
            code, day,
        )
        if version_id is None:
            raise ProcedureNotFound
        return await self.version(db, version_id)

    async def all_current(self, db: Db, day: date) -> tuple[LoadedProcedure, ...]:
        """Every procedure in force on `day`, by sector and name."""
        return (await self.all_current_on(db, [day]))[day]

    @staticmethod
    def ask_current(glance: Glance, day: date) -> None:
        """`procedures`: the versions in force on `day`, by sector and name; `versions` gives the procedures."""
        on = glance.placed(day)
        glance.ask(
            "procedures",
            'SELECT array_agg(v.id ORDER BY v.sector COLLATE "C", v.name COLLATE "C") FROM (SELECT DISTINCT ON (code) id,'
            f" sector, name FROM procedure_version WHERE withdrawn_at IS NULL AND valid_from <= {on}::date"
            f" AND (valid_to IS NULL OR valid_to >= {on}) ORDER BY code, valid_from DESC, published_at DESC) v",
        )

    async def versions(self, db: Db, version_ids: Collection[UUID] | None) -> tuple[LoadedProcedure, ...]:
        """These versions, in their order. Raises ProcedureNotFound."""
        return tuple([await self.version(db, one) for one in version_ids or ()])

    async def all_current_on(self, db: Db, days: Collection[date]) -> dict[date, tuple[LoadedProcedure, ...]]:
        """The same for each of several days, by one look."""
        rows = await db.rows(
            "SELECT DISTINCT ON (day, code) day, id, sector, name FROM unnest($1::date[]) AS day JOIN procedure_version"
            " ON withdrawn_at IS NULL AND valid_from <= day AND (valid_to IS NULL OR valid_to >= day)"
            " ORDER BY day, code, valid_from DESC, published_at DESC",
            list(days),
        )
        found: dict[date, list[LoadedProcedure]] = {day: [] for day in days}
        for row in sorted(rows, key=lambda one: (one["sector"], one["name"])):
            found[row["day"]].append(await self.version(db, row["id"]))
        return {day: tuple(procedures) for day, procedures in found.items()}

    async def search(self, db: Db, words: str, day: date) -> tuple[LoadedProcedure, ...]:
        """Procedures in force whose name, code or other words hold every word given; accents do not matter."""
        wanted = fold(words).split()
        found = []
        for loaded in await self.all_current(db, day):
            text = fold(search_text(loaded.procedure))
            if all(word in text for word in wanted):
                found.append(loaded)
        return tuple(found)


def search_text(procedure: Procedure) -> str:
    """All the words a procedure may be found by."""
    return " ".join(
        (procedure.code, procedure.name.vi, procedure.name.en, procedure.short.vi, *procedure.synonyms,
         procedure.sector_name.vi)
    )


def _loaded(version_id: UUID, package: Package) -> LoadedProcedure:
    return LoadedProcedure(
        version_id, package.procedure, package.form, package.drawing, package.decisions, package.files, package.overlay
    )


def _inputs(facts: Mapping[str, Any]) -> dict[str, Scalar]:
    return {name: value for name, value in facts.items() if isinstance(value, str | int | bool) or value is None}


def _count(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0

"""Published procedures, loaded once and kept: a version never changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from app.engine.decisions import Decision
from app.engine.drawings import Drawing
from app.kit.db import Db
from app.procedures.package import Component, Form, FormPage, Procedure, Scalar


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
    overlay: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return self.procedure.code

    def name(self, language: str = "vi") -> str:
        return self.procedure.name.in_(language)

    def facts_from(self, answers: Mapping[str, Mapping[str, Any]], **known: Scalar) -> dict[str, Scalar]:
        """The routing facts (flat scalars) that the answers and what is known beside them give."""
        raise NotImplementedError

    def pages_for(self, facts: Mapping[str, Any]) -> tuple[FormPage, ...]:
        """The question pages that apply."""
        raise NotImplementedError

    def components_for(self, facts: Mapping[str, Any], channel: str) -> tuple[tuple[Component, bool], ...]:
        """The papers that apply on this channel, each with whether it is required."""
        raise NotImplementedError

    def term_for(self, facts: Mapping[str, Any]) -> str:
        """The legal term, as text of app.deadlines.terms: "3 working-days"."""
        raise NotImplementedError

    def fees_for(self, facts: Mapping[str, Any], *, copies: int = 1, language: str = "vi") -> tuple[FeeDue, ...]:
        """What is owed; empty when nothing is."""
        raise NotImplementedError


class Catalogue:
    """Finds procedure versions; each is read from the database and compiled once a process."""

    async def version(self, db: Db, version_id: UUID) -> LoadedProcedure:
        """This very version. Raises ProcedureNotFound."""
        raise NotImplementedError

    async def current(self, db: Db, code: str, day: date) -> LoadedProcedure:
        """The version in force on `day`. Raises ProcedureNotFound."""
        raise NotImplementedError

    async def all_current(self, db: Db, day: date) -> tuple[LoadedProcedure, ...]:
        """Every procedure in force on `day`, by sector and name."""
        raise NotImplementedError

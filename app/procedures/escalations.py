"""Who is told of a term, and when: a procedure's own rungs, or the national defaults of workflows/escalations.toml."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

from app.procedures.package import Procedure
from app.procedures.parts import Part, Rule
from app.procedures.terms import Escalation

NATIONAL = Path(__file__).parents[2] / "workflows" / "escalations.toml"


class ApologyRule(Rule):
    """How far the date proposed with an apology lies behind the old one; a suggestion, the signer decides."""

    term: str


class Escalations(Part):
    """The ladder that holds where neither procedure nor province has one (chưa kiểm chứng, see `note`)."""

    valid_from: date
    source: str
    note: str
    escalations: tuple[Escalation, ...]
    apology: ApologyRule


@cache
def national() -> Escalations:
    """workflows/escalations.toml, read once a process."""
    return Escalations.model_validate(tomllib.loads(NATIONAL.read_text(encoding="utf-8")))


def rungs_of(procedure: Procedure) -> tuple[Escalation, ...]:
    """The rungs that hold for this procedure."""
    return procedure.escalations or national().escalations

"""What a province adds to the national package: amounts it may set, terms the law leaves to it, its internal office times.

Internal times come from the province's own decisions, so they are never part of a package.
"""

from pydantic import Field

from app.procedures.package import Procedure
from app.procedures.parts import Identifier, Part, Rule
from app.procedures.terms import Escalation, ReadingRule


class ProvinceFee(Rule):
    """An amount in đồng that the package leaves to the province's People's Council."""

    amount: int = Field(ge=0)


class ProvinceSupplement(Rule):
    """How long an applicant has for a supplement where sector law does not say."""

    term: str


class ProvinceStep(Rule):
    """Office time for a step from the province's internal procedure (quy trình nội bộ); never more than the legal term."""

    budget: str


class ProvinceAnswer(Rule):
    """A shorter time for the answer to what came online than the law's 8 working hours."""

    within: str


class Overlay(Part):
    """A province's word on one procedure: one table of `workflows/overlays/<province>.toml`.

    `readings`: how a term of working days is read here, from when until when (rules.md 5.3: both readings are in use).
    The table `["*"]` holds for every procedure that has no readings of its own.
    """

    fees: dict[Identifier, ProvinceFee] = Field(default_factory=dict)
    supplement: ProvinceSupplement | None = None
    steps: dict[Identifier, ProvinceStep] = Field(default_factory=dict)
    readings: tuple[ReadingRule, ...] = ()
    answer: ProvinceAnswer | None = None
    escalations: tuple[Escalation, ...] = ()  # in place of the package's and the national ones

    def laid_over(self, procedure: Procedure) -> Procedure:
        """The procedure as it holds in this province. Fees stay apart: they are worked out on the day they are owed."""
        steps = {
            name: rule.model_copy(update={"budget": self.steps[name].budget}) if name in self.steps else rule
            for name, rule in procedure.steps.items()
        }
        supplement = procedure.supplement
        if self.supplement is not None and supplement.term is None:
            supplement = supplement.model_copy(
                update={"term": self.supplement.term, "note": self.supplement.legal_basis}
            )
        term = procedure.term.model_copy(update={"readings": (*self.readings, *procedure.term.readings)})
        if self.answer is not None:
            answer = term.answer.model_copy(update={"within": self.answer.within, "note": self.answer.legal_basis})
            term = term.model_copy(update={"answer": answer})
        return procedure.model_copy(update={
            "steps": steps, "supplement": supplement, "term": term,
            "escalations": self.escalations or procedure.escalations,
        })

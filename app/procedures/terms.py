"""What a procedure package says of time: when a term begins, how it is read, who is told on the way."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.procedures.parts import Part, Rule

Reading = Literal["days", "hours"]
CUTOFF = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"


class StartRule(Rule):
    """From which moment the term runs for a dossier that came this `way` (rules.md 5.3, R2).

    `elsewhere`: handed in at another unit, regardless of boundaries. `complete_receipt`: received complete and correct;
    `competent_receipt`: the competent agency has it; `handed_over`: the minutes of hand-over with the post are signed.
    """

    way: Literal["counter", "online", "post", "elsewhere"]
    moment: Literal["complete_receipt", "competent_receipt", "handed_over"]


class ReadingRule(Rule):
    """How a term of working days is read: whole days (Civil Code), or 8 working hours each from the minute."""

    reading: Reading


class AnswerRule(Rule):
    """How long an office has to answer what came online: received, to be supplemented, or refused (R3)."""

    within: str = "8 working-hours"
    legal_basis: str = "Nghị định 45/2020/NĐ-CP (sửa đổi bởi Nghị định 310/2026/NĐ-CP)"


class ForwardRule(Rule):
    """Received later than this, a dossier is with those who handle it at the start of the next working day (R4)."""

    cutoff: str = Field(default="15:00", pattern=CUTOFF)
    legal_basis: str = "Nghị định 309/2026/NĐ-CP, Điều 18 khoản 2"


_RECEIPT = "Nghị định 118/2025/NĐ-CP, Điều 17 khoản 3 (sửa đổi bởi Nghị định 309/2026/NĐ-CP)"

# Where a package says nothing of its own: the general rules of the one-stop mechanism.
STARTS: tuple[StartRule, ...] = (
    StartRule(way="counter", moment="complete_receipt", legal_basis=_RECEIPT),
    StartRule(way="online", moment="complete_receipt", legal_basis=_RECEIPT),
    StartRule(
        way="post", moment="handed_over", legal_basis=_RECEIPT,
        note="Thời điểm ký biên bản giao nhận với bưu chính; chưa đối chiếu văn bản gốc.",
    ),
    StartRule(
        way="elsewhere", moment="competent_receipt", valid_from=date(2026, 8, 5),
        legal_basis="Nghị định 309/2026/NĐ-CP, Điều 17 khoản 3 và Điều 14 khoản 4",
    ),
)


class TermRule(Rule):
    """How long it may take. `decision` (a DMN file) gives `term` from the facts; else `term` holds for all.

    `starts`, `readings` and the like are chosen by the day of receipt; where two of one kind hold on a day the package
    is refused. `reading` is the one where none of `readings` holds; the province's come first.
    """

    term: str | None = None
    decision: str | None = None
    reading: Reading = "days"
    readings: tuple[ReadingRule, ...] = ()
    cutoff: str | None = Field(default="15:00", pattern=CUTOFF)
    starts: tuple[StartRule, ...] = ()
    answer: AnswerRule = AnswerRule()
    forward: ForwardRule = ForwardRule()
    after_supplement: Literal["restart", "remainder"] = "restart"

    def reading_on(self, day: date) -> Reading:
        """How a term of working days is read when the dossier was received on `day`."""
        return next((rule.reading for rule in self.readings if rule.holds_on(day)), self.reading)

    def start_on(self, day: date, way: str) -> StartRule:
        """The rule by which the term of a dossier that came this `way` begins, on `day`."""
        found = [rule for rule in (*self.starts, *STARTS) if rule.way == way and rule.holds_on(day)]
        return found[0] if found else StartRule(way="counter", moment="complete_receipt", legal_basis=_RECEIPT)


class Escalation(Part):
    """One rung of the ladder of alarms of a term (leo thang): when it rings, whom it tells, what it proposes.

    `at` is relative to the due moment: "-2 working-days" and "+1 working-days" ring when the office opens on that working
    day, "-4 working-hours" at the minute, "0" at the due moment, "75%" when so much of the term's office time is gone.
    With `propose` "apology" it is relative to the opening of the last working day on which the letter may still go out.
    Whom to tell is the province's decision, not the law's: `source` says whose, `note` what is not certain.
    """

    at: Annotated[str, Field(pattern=r"^([+-]\d{1,2} working-(days|hours)|0|[1-9]\d?%)$")]
    to: tuple[Literal["officer", "head", "supervisor"], ...] = Field(min_length=1)
    propose: Literal["apology"] | None = None
    source: str | None = None
    note: str | None = None

    @model_validator(mode="after")
    def _an_apology_is_before_the_end(self) -> "Escalation":
        if self.propose is not None and (self.at.endswith("%") or self.at.startswith("+")):
            raise ValueError(f"escalations: an apology at {self.at} would not go out the day before")
        return self

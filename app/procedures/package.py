"""What a procedure package says, typed: the shape of `procedure.toml` and `form.json` in `workflows/<code>-<slug>/`.

Every legal rule is data with a validity date and its source; nothing here knows a particular procedure.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Scalar = str | int | bool | None
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]


class Part(BaseModel):
    """Frozen, and nothing unknown is let through: a typing mistake in a package is found when it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Part):
    """One text in both languages."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def in_(self, language: str) -> str:
        return self.en if language == "en" else self.vi


class LegalBasis(Part):
    """One instrument a rule rests on."""

    name: str
    article: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None


class Rule(Part):
    """A rule of law: where it stands, from when until when, and what is not certain about it (`note`)."""

    legal_basis: str = Field(min_length=1)
    valid_from: date | None = None
    valid_to: date | None = None
    note: str | None = None

    def holds_on(self, day: date) -> bool:
        """Whether the rule is in force on `day`; both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Option(Part):
    """One choice of a field."""

    value: Annotated[str, Field(max_length=60)]
    label: Words
    hint: Words | None = None


class FormField(Part):
    """One value asked of a person.

    `when` is an expression over the dossier's facts; a field that does not apply is neither shown nor required.
    `fill` names where a known value comes from: "citizen.name", "citizen.personal_number", "citizen.birth", …
    """

    id: Identifier
    kind: Literal[
        "text", "long_text", "name", "choice", "choices", "yes_no", "number", "money", "date", "partial_date",
        "personal_number", "phone", "email", "address", "time",
    ]
    label: Words
    hint: Words | None = None
    required: bool = True
    options: tuple[Option, ...] = ()
    least: int | None = None
    most: int | None = None  # letters for texts, value for numbers
    decimals: int = Field(default=0, ge=0, le=4)  # numbers: digits behind the comma
    unit: str | None = None  # numbers: "m²"; may be typed or left out, is not kept
    past: bool = False  # dates: today or earlier
    when: str | None = None
    fill: str | None = None
    width: Literal["full", "half", "short"] = "full"

    @model_validator(mode="after")
    def _choices_have_options(self) -> "FormField":
        if self.kind in ("choice", "choices") and not self.options:
            raise ValueError(f"field {self.id}: a choice needs options")
        return self


class FormPage(Part):
    """One question page: one question or one tight group. Its answers are kept under its id."""

    id: Identifier
    section: Identifier
    title: Words
    hint: Words | None = None
    fields: tuple[FormField, ...] = Field(min_length=1)
    when: str | None = None


class FormSection(Part):
    """A line of the task list."""

    id: Identifier
    title: Words


class Form(Part):
    """The electronic form (mẫu điện tử tương tác) of a procedure: sections, pages, fields."""

    title: Words
    form_number: str | None = None  # of the paper form it stands for
    sections: tuple[FormSection, ...]
    pages: tuple[FormPage, ...]

    @model_validator(mode="after")
    def _whole(self) -> "Form":
        sections = {section.id for section in self.sections}
        seen: set[str] = set()
        for page in self.pages:
            if page.section not in sections:
                raise ValueError(f"page {page.id}: section {page.section} is not declared")
            if page.id in seen:
                raise ValueError(f"page {page.id} is declared twice")
            seen.add(page.id)
        return self

    def page(self, page_id: str) -> FormPage | None:
        return next((page for page in self.pages if page.id == page_id), None)


class Component(Part):
    """One paper of the dossier (thành phần hồ sơ).

    `how`: submit = handed in or uploaded; present = only shown at the counter; data = looked up by us, never asked for
    while the register answers; form = what the electronic form says, mended by saving it again. `need` asked: only where
    an officer asks for it in words, with a supplement. `when` is an expression over the facts.
    """

    id: Identifier
    name: Words
    note: Words | None = None
    how: Literal["submit", "present", "data", "form"] = "submit"
    need: Literal["always", "when", "optional", "asked"] = "always"
    when: str | None = None
    one_of: str | None = None  # papers of one group: any of them will do
    channels: tuple[Literal["online", "counter", "post"], ...] = ("online", "counter", "post")
    copies: tuple[Literal["original", "certified", "photocopy", "file"], ...] = ("original", "file")
    most_files: int = 5
    source: Literal["population", "civil_status", "land", "none"] = "none"
    legal_basis: str | None = None


class Action(Part):
    """One thing the holder of a step may do.

    `command` is a verb of the office known to app.dossiers; `answer` are the routing variables it gives the drawing;
    `fields` are asked with it; `answer_from` copies a field's value into a routing variable.
    """

    id: Identifier
    label: Words
    command: Identifier = "go_on"
    answer: dict[str, Scalar] = Field(default_factory=dict)
    answer_from: dict[str, str] = Field(default_factory=dict)
    fields: tuple[FormField, ...] = ()
    reason: bool = False  # a written reason is required
    tone: Literal["primary", "plain", "danger"] = "plain"
    tells: Words | None = None  # what happens then, in words, for the officer


class StepRule(Part):
    """What the package says about a user task of its drawing."""

    title: Words
    budget: str | None = None  # a term: "4 working-hours"
    checklist: bool = False  # every required paper needs a verdict before a positive action
    actions: tuple[Action, ...] = Field(min_length=1)


class ConsultationRule(Rule):
    """A question this procedure asks another agency or commune.

    Its waiting counts inside the legal term unless the law adds time for it: then `adds_time` says so, and the step
    budgets may leave the question out of their sum (rules.md 5.3).
    """

    agency: Words
    question: Words
    commune: bool = False  # another commune, named in the dossier, rather than a fixed agency
    commune_from: str | None = None  # "page.field" with the address of that commune
    term: str
    silence: Literal["consent", "undertaking", "report"]
    adds_time: bool = False


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


class BoundaryFreeRule(Rule):
    """This procedure is on the list of those that any one-stop unit takes in (phi địa giới): NĐ 309/2026 art. 14(4)."""


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


class FeeRule(Rule):
    """One thing to be paid. `decision` (a DMN file) gives `amount` in đồng from the facts.

    `when` is an expression over the facts: who owes it. `quantity` names the fact that counts (copies); none: once.
    """

    code: Identifier
    kind: Literal["fee", "charge"]
    name: Words
    decision: str | None = None
    amount: int | None = Field(default=None, ge=0)
    most: int | None = Field(default=None, ge=0)  # đồng, for one of the quantity
    when: str | None = None
    quantity: Identifier | None = None
    due: Literal["before_reception", "at_reception", "at_return"] = "at_reception"
    set_by: Literal["state", "province"] = "state"


class SupplementRule(Rule):
    """How a request for supplement works here.

    `term`: how long the applicant has. Where sector law says nothing (None), the province's overlay must.
    """

    term: str | None = None
    most_requests: int = 1
    lapse: Literal["refuse", "stop"] = "stop"


class ResultRule(Rule):
    """The paper that answers. `content` is read by app.procedures.content."""

    kind: str  # KQ.G15.000031
    title: Words
    template: str = "result.typ"
    book: Identifier
    number_format: str = "{number}/{year}"
    signer: Literal["leader", "head", "specialist"] = "leader"
    copies_from: str | None = None  # "page.field": how many copies
    content: dict[str, str] = Field(default_factory=dict)  # template field ← where its value comes from
    certify_component: str | None = None  # the result carries this paper's pages


class ElapsedRule(Rule):
    """A fact that follows from a date of the form: true once more than `days` whole days have gone by since `since`.

    The day itself is not counted (Civil Code 2015 art. 147). Of a partial date the last possible day counts, so doubt
    is the applicant's.
    """

    since: str  # "page.field" of a date
    days: int = Field(ge=0)


class Procedure(Part):
    """A procedure package, read and checked (gói thủ tục)."""

    code: Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
    name: Words
    short: Words  # one line for lists
    sector: str  # G15-HT
    sector_name: Words
    life_events: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()  # other words people use
    decision: str  # the decision that published it
    source: str
    valid_from: date
    valid_to: date | None = None
    legal_basis: tuple[LegalBasis, ...] = Field(min_length=1)
    who: Words
    agency: Words
    conditions: Words | None = None
    channels: tuple[Literal["online", "counter", "post"], ...]
    return_ways: tuple[Literal["online", "counter", "post"], ...]
    online_reason: Words | None = None  # why it is not (wholly) online, NĐ 224/2026 art. 14
    facts: dict[Identifier, str] = Field(default_factory=dict)  # fact ← "page.field"
    elapsed: dict[Identifier, ElapsedRule] = Field(default_factory=dict)  # facts that follow from a date
    term: TermRule
    fees: tuple[FeeRule, ...] = ()
    supplement: SupplementRule
    boundary_free: BoundaryFreeRule | None = None
    components: tuple[Component, ...]
    steps: dict[Identifier, StepRule]
    consultations: dict[Identifier, ConsultationRule] = Field(default_factory=dict)
    effects: dict[Identifier, dict[str, Any]] = Field(default_factory=dict)
    results: tuple[ResultRule, ...] = Field(min_length=1)
    escalations: tuple[Escalation, ...] = ()  # none: workflows/escalations.toml, or the province's own

    def taken_in_elsewhere(self, day: date) -> bool:
        """Whether a unit that is not competent may take such a dossier in on `day` and hand it on."""
        return self.boundary_free is not None and self.boundary_free.holds_on(day)

    def component(self, component_id: str) -> Component | None:
        return next((part for part in self.components if part.id == component_id), None)

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
    while the register answers. `when` is an expression over the facts.
    """

    id: Identifier
    name: Words
    note: Words | None = None
    how: Literal["submit", "present", "data"] = "submit"
    need: Literal["always", "when", "optional"] = "always"
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
    """A question this procedure asks another agency or commune."""

    agency: Words
    question: Words
    commune: bool = False  # another commune, named in the dossier, rather than a fixed agency
    commune_from: str | None = None  # "page.field" with the address of that commune
    term: str
    silence: Literal["consent", "undertaking", "report"]


class TermRule(Rule):
    """How long it may take. `decision` (a DMN file) gives `term` from the facts; else `term` holds for all."""

    term: str | None = None
    decision: str | None = None
    reading: Literal["days", "hours"] = "days"
    cutoff: str | None = "15:00"
    after_supplement: Literal["restart", "remainder"] = "restart"


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
    components: tuple[Component, ...]
    steps: dict[Identifier, StepRule]
    consultations: dict[Identifier, ConsultationRule] = Field(default_factory=dict)
    effects: dict[Identifier, dict[str, Any]] = Field(default_factory=dict)
    results: tuple[ResultRule, ...] = Field(min_length=1)
    escalations: tuple[dict[str, Any], ...] = ()

    def component(self, component_id: str) -> Component | None:
        return next((part for part in self.components if part.id == component_id), None)

"""What a procedure package says, typed: the shape of `procedure.toml` in `workflows/<code>-<slug>/`.

Its form is in `questions`, its time in `terms`. Nothing here knows a particular procedure.
"""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from app.procedures.parts import Identifier, LegalBasis, Part, Rule, Scalar, Words
from app.procedures.questions import FormField
from app.procedures.terms import Escalation, TermRule


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


class BoundaryFreeRule(Rule):
    """This procedure is on the list of those that any one-stop unit takes in (phi địa giới): NĐ 309/2026 art. 14(4)."""


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

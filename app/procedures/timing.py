"""What of a package bears on time, proved before it is published: terms, budgets along every way, pauses that end.

Each problem is said in both languages: it is read in a log by who runs the house and by who wrote the package.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Final

from app.deadlines.rules import StepsExceedTerm, check_steps
from app.deadlines.terms import Term, TermRefused, parse_term
from app.engine.courses import Course
from app.engine.decisions import Decision
from app.engine.drawings import Drawing
from app.engine.errors import DecisionFailed, ExpressionFailed
from app.kit.errors import Refusal, Refused
from app.kit.words import N_
from app.procedures.package import Procedure
from app.procedures.parts import Rule

OUTSIDE_TERM: Final = frozenset({"receive", "hand_over", "hand_to_post", "take_back"})  # commands of steps
ANSWERED: Final = "supplement_received"
TERM_ENDS: Final = "issue_result"  # the effect with which the term ends; giving back comes after it


class RulesOverlap(Refused):
    """Two rules about the same thing hold on one day; which of them binds would be chance."""

    says = N_("Hai quy định cùng có hiệu lực ngày {day}: “{first}” và “{second}”. Hãy đặt ngày hết hiệu lực cho một bên.")


class PauseNeverEnds(Refused):
    """A supplement may be asked for, and nothing says until when: the clock would stand for ever."""

    says = N_(
        "Yêu cầu bổ sung làm thời hạn tạm dừng, nhưng không có gì kết thúc việc chờ ở “{place}”. Vẽ hạn bổ sung tại đó."
    )


class SupplementWithoutTerm(Refused):
    """Neither the law nor the province says how long an applicant has for a supplement."""

    says = N_(
        "Không có thời hạn bổ sung: luật để tỉnh quy định mà overlays/{province}.toml chưa ghi,"
        " nên tạm dừng sẽ không kết thúc."
    )


class TermNotWritten(Refused):
    """A row of the table of terms does not give a term."""

    says = N_("Dòng {row} của {table} không ghi thời hạn.")


def both(refusal: Refusal) -> str:
    """The sentence in Vietnamese and in English."""
    return f"{refusal.words('vi')} / {refusal.words('en')}"


def problems_of(
    procedure: Procedure, drawing: Drawing, decisions: Mapping[str, Decision], course: Course
) -> list[str]:
    """What is wrong with the times of this package, each with its place."""
    return _unreadable(procedure, drawing) or [
        *_overlapping(procedure), *_endless(procedure, course), *_too_long(procedure, decisions, course)
    ]


def asks_supplements(procedure: Procedure) -> bool:
    """Whether some step of it may ask the applicant for a supplement."""
    return any(action.command == "ask_supplement" for step in procedure.steps.values() for action in step.actions)


def _unreadable(procedure: Procedure, drawing: Drawing) -> list[str]:
    named = {
        "term": procedure.term.term, "term.answer.within": procedure.term.answer.within,
        "supplement.term": procedure.supplement.term,
        **{f"steps.{name}.budget": step.budget for name, step in procedure.steps.items()},
        **{f"consultations.{name}.term": rule.term for name, rule in procedure.consultations.items()},
        **{f"process.bpmn: {name}": term for name, term in drawing.terms.items() if not term.startswith("@")},
    }
    problems = []
    for where, text in named.items():
        try:
            if text is not None:
                parse_term(text)
        except TermRefused as wrong:
            problems.append(f"{where}: {both(wrong)}")
    if procedure.term.term is None and procedure.term.decision is None:
        problems.append("term: neither a term nor a decision table")
    return problems


def _overlapping(procedure: Procedure) -> Iterator[str]:
    """Within the package; what the province sets goes before it and is checked by itself (Overlay.problems)."""
    for way in ("counter", "online", "post", "elsewhere"):
        yield from overlaps("term.starts", [rule for rule in procedure.term.starts if rule.way == way])


def overlaps(where: str, rules: Sequence[Rule]) -> Iterator[str]:
    """Each pair of these rules that hold on one day."""
    for one, other in combinations(rules, 2):
        first = max(one.valid_from or date.min, other.valid_from or date.min)
        if first <= min(one.valid_to or date.max, other.valid_to or date.max):
            day = f"{first:%d/%m/%Y}" if first > date.min else "—"
            yield f"{where}: {both(RulesOverlap(day=day, first=one.legal_basis, second=other.legal_basis))}"


def _endless(procedure: Procedure, course: Course) -> Iterator[str]:
    if asks_supplements(procedure):
        for place in course.awaiting(ANSWERED):
            if place not in course.timed:
                yield f"process.bpmn: {both(PauseNeverEnds(place=place))}"


def _too_long(procedure: Procedure, decisions: Mapping[str, Decision], course: Course) -> Iterator[str]:
    """R10: along every way that can be walked, office steps and asked agencies fit into each term the law may give.

    Reception comes before the term, giving back after it; the applicant's own time is not the office's. A full new term
    after a supplement begins the sum anew.
    """
    budgets = _budgets(procedure, course)
    waits = course.awaiting(ANSWERED)
    anew = waits if procedure.term.after_supplement == "restart" else ()
    begins = [*course.begins, *(place for wait in anew for place in course.after.get(wait, ()))]
    weights = {place: term.working_minutes or 0 for place, term in budgets.items()}
    _, way = course.longest(weights, begins=begins, ends={*anew, TERM_ENDS})
    for where, given in terms_of(procedure, decisions):
        if isinstance(given, Refusal):
            yield f"{where}: {both(given)}"
            continue
        try:
            check_steps([budgets[place] for place in way], given, _titles(procedure, course, way, "vi"))
        except StepsExceedTerm as wrong:
            english = StepsExceedTerm(**{
                **wrong.fields, "term": given.words("en"), "names": f" {_titles(procedure, course, way, 'en')}",
            })
            yield f"steps ({where}): {wrong.words('vi')} / {english.words('en')}"


def terms_of(procedure: Procedure, decisions: Mapping[str, Decision]) -> Iterable[tuple[str, Term | Refusal]]:
    """Every term this procedure may have, with the place it is written at."""
    if procedure.term.term is not None:
        return [("term", parse_term(procedure.term.term))]
    table = decisions.get(procedure.term.decision or "")
    if table is None or "term" not in table.outputs:
        return []
    column = table.outputs.index("term")
    found: list[tuple[str, Term | Refusal]] = []
    for rule in table.rules:
        where = f"{procedure.term.decision}, {rule.number}"
        cell = rule.outputs[column]
        try:
            found.append((where, parse_term(str(cell({})) if cell is not None else "")))
        except TermRefused as wrong:
            found.append((where, wrong))
        except (DecisionFailed, ExpressionFailed):
            found.append((where, TermNotWritten(row=rule.number, table=procedure.term.decision)))
    return found


def _budgets(procedure: Procedure, course: Course) -> dict[str, Term]:
    found = {
        name: parse_term(step.budget) for name, step in procedure.steps.items()
        if step.budget and not OUTSIDE_TERM & {action.command for action in step.actions}
    }
    for name, rule in procedure.consultations.items():
        if not rule.adds_time:
            found |= dict.fromkeys(course.awaiting(f"{name}_answered"), parse_term(rule.term))
    return found


def _titles(procedure: Procedure, course: Course, way: Sequence[str], language: str) -> str:
    names = []
    for place in way:
        if place in procedure.steps:
            names.append(procedure.steps[place].title.in_(language))
        else:
            asked = course.messages[place].removesuffix("_answered")
            names.append(procedure.consultations[asked].agency.in_(language))
    return "(" + " → ".join(names) + ")" if names else ""

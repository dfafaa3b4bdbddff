"""Before submission: nothing typed is lost, the newest save wins, what is missing is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from app.citizens.models import Citizen
from app.dossiers import checklist
from app.dossiers.case import Case, DossierNotFound
from app.dossiers.drafting import answers_of
from app.dossiers.models import DossierState
from app.dossiers.naming import cuts, keys_of, name_words, number_keys
from app.dossiers.refusals import ChannelNotOffered, FieldsRefused, WrongState
from app.dossiers.states import EDITABLE_BY_APPLICANT, WORDS
from app.dossiers.tools import Tools
from app.kit import clock
from app.kit.db import Db
from app.procedures.catalogue import LoadedProcedure
from app.procedures.forms import check_page, prefill
from app.procedures.questions import FormPage

TaskStatus = Literal["done", "part", "todo", "not_needed"]


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One line of the task list: a section of the form, the papers, the way of return."""

    id: str
    title: str
    status: TaskStatus
    first_page: str | None  # the page to open


@dataclass(frozen=True, slots=True)
class Readiness:
    """What stands between a draft and its submission."""

    tasks: tuple[TaskLine, ...]
    missing: tuple[str, ...]  # in words

    @property
    def ready(self) -> bool:
        return not self.missing


async def start_draft(
    db: Db, tools: Tools, *, procedure_code: str, office_id: int, citizen: Citizen, channel: str,
    assisted_by: UUID | None = None, consent: Mapping[str, Any] | None = None, support_office_id: int | None = None,
) -> UUID:
    """A new draft in this office, pre-filled from what is known of the citizen. Raises ChannelNotOffered.

    `support_office_id`: the office that takes it in for this one.
    """
    loaded = await tools.catalogue.current(db, procedure_code, clock.today())
    if channel not in loaded.procedure.channels:
        reason = loaded.procedure.online_reason
        raise ChannelNotOffered(reason=reason.in_(citizen.language) if reason and channel == "online" else "")
    now, dossier_id = clock.now(), uuid4()
    await db.run(
        _BEGIN, dossier_id, office_id, uuid4(), procedure_code, loaded.version_id, channel, citizen.id, citizen.name,
        loaded.name(), citizen.language, assisted_by, dict(consent or {}), {"channel": channel}, now, support_office_id,
        *_found_by(citizen),
    )
    for page, values in prefill(loaded.form, citizen).items():
        await _keep(db, dossier_id, office_id, page, values, serial=0)
    return dossier_id


# The keys the dossier is found by are written with it: a search never misses a row that is there.
_BEGIN: Final = """
WITH begun AS (
  INSERT INTO dossier (id, office_id, submission_key, procedure_code, procedure_version_id, channel, state,
    return_address, applicant_id, holder_name, title, search, language, assisted_by, consent, sets, facts,
    supplements_asked, created_at, version, support_office_id)
  VALUES ($1, $2, $3, $4, $5, $6, 'draft', '{}', $7, $8, $9, '', $10, $11, $12, 1, $13, 0, $14, 0, $15)
), known AS (
  INSERT INTO known_word (office_id, cut, word) SELECT $2, * FROM unnest($16::text[], $17::text[]) ON CONFLICT DO NOTHING
)
INSERT INTO found_by (office_id, at, dossier_id, key, marks) SELECT $2, $14, $1, * FROM unnest($18::text[], $19::int[])
"""


def _found_by(citizen: Citizen) -> tuple[list[str], list[str], list[str], list[int]]:
    """Cuts with their words, in one order for everybody (two who write the same words do not block each other); keys."""
    pairs = [(cut, word) for word in sorted(word.folded for word in name_words(citizen.name)) for cut in cuts(word)]
    keys = {**keys_of([citizen.name]), **number_keys(personal_number=citizen.personal_number, phone=citizen.phone)}
    return [cut for cut, _ in pairs], [word for _, word in pairs], list(keys), list(keys.values())


async def save_page(
    db: Db, tools: Tools, case: Case, page_id: str, given: Mapping[str, Any], *, serial: int | None = None,
    leniently: bool = False,
) -> FormPage:
    """Keep one page's answers. `leniently` (autosave) keeps them even with errors; else raises FieldsRefused.

    `serial` is the writer's own counter: a save older than the one kept is dropped silently. Whatever was typed is
    kept in either case, so that a page with errors is shown again as it was.
    """
    if case.state not in EDITABLE_BY_APPLICANT and case.state is not DossierState.SUBMITTED:
        raise WrongState(state=WORDS[case.state])
    page = case.procedure.form.page(page_id)
    if page is None:
        raise WrongState(state=WORDS[case.state])
    values, errors = check_page(page, given, case.facts, language=case.language)
    kept = await _keep(db, case.id, case.office_id, page_id, {**values, **({"_errors": True} if errors else {})}, serial)
    if kept:
        await refresh_facts(db, case)
    if errors and not leniently:
        raise FieldsRefused(errors)
    return page


async def refresh_facts(db: Db, case: Case) -> dict[str, Any]:
    """Work the routing facts out again from all answers; returns them."""
    facts = case.procedure.facts_from(await answers_of(db, case.id), channel=case.channel)
    if case.return_way:
        facts["return_way"] = case.return_way
    await db.run("UPDATE dossier SET facts = $2 WHERE id = $1", case.id, facts)
    return facts


async def choose_return(db: Db, case: Case, way: str, address: Mapping[str, Any]) -> None:
    """How the applicant wants the result; independent of how they applied. Raises ChannelNotOffered."""
    if way not in case.procedure.procedure.return_ways:
        raise ChannelNotOffered(reason="")
    await db.run(
        "UPDATE dossier SET return_way = $2::text, return_address = $3,"
        " facts = facts || jsonb_build_object('return_way', $2::text) WHERE id = $1",
        case.id, way, dict(address),
    )


async def readiness(db: Db, case: Case, language: str = "vi") -> Readiness:
    """The task list and what is still missing, in the reader's words."""
    return readiness_with(case, await answers_of(db, case.id), await checklist.lines(db, case), language)


def readiness_with(
    case: Case, answers: Mapping[str, Mapping[str, Any]], lines: Sequence[checklist.Line], language: str = "vi"
) -> Readiness:
    """The same for answers and a checklist that were just read."""
    facts = case.procedure.facts_from(answers, channel=case.channel)
    tasks, missing = _form_tasks(case.procedure, answers, facts, language)
    papers = _paper_task(lines, language, missing)
    tasks.append(papers)
    tasks.append(TaskLine("return", "", "done" if case.return_way else "todo", None))
    if not case.return_way:
        missing.append("return")
    return Readiness(tuple(tasks), tuple(missing))


def _form_tasks(
    procedure: LoadedProcedure, answers: Mapping[str, Mapping[str, Any]], facts: Mapping[str, Any], language: str
) -> tuple[list[TaskLine], list[str]]:
    tasks, missing = [], []
    pages = procedure.pages_for(facts)
    for section in procedure.form.sections:
        own = [page for page in pages if page.section == section.id]
        if not own:
            continue
        lacking = [page for page in own if _incomplete(page, answers, facts)]
        missing += [page.title.in_(language) for page in lacking]
        status: TaskStatus = "done" if not lacking else "todo" if len(lacking) == len(own) else "part"
        tasks.append(TaskLine(section.id, section.title.in_(language), status, (lacking or own)[0].id))
    return tasks, missing


def _incomplete(page: FormPage, answers: Mapping[str, Mapping[str, Any]], facts: Mapping[str, Any]) -> bool:
    value = answers.get(page.id)
    if value is None or value.get("_errors"):
        return True
    return bool(check_page(page, value, facts)[1])


def _paper_task(lines: Sequence[checklist.Line], language: str, missing: list[str]) -> TaskLine:
    given_groups = {line.component.one_of for line in lines if line.component.one_of and line.files}
    lacking = [
        line for line in lines
        if line.required and line.component.how == "submit" and not line.files
        and (line.component.one_of is None or line.component.one_of not in given_groups)
    ]
    missing += [line.component.name.in_(language) for line in lacking]
    return TaskLine("papers", "", "done" if not lacking else "todo", None)


async def _keep(
    db: Db, dossier_id: UUID, office_id: int, page: str, values: Mapping[str, Any], serial: int | None
) -> bool:
    row = await db.row(_KEEP, dossier_id, page, office_id, dict(values), clock.now(), serial)
    if row is None:
        raise DossierNotFound
    return bool(row["kept"])


# Held while it is written to: an old draft that is being forgotten takes no more answers, one that took one stays.
_KEEP: Final = """
WITH held AS (SELECT id FROM dossier WHERE id = $1 FOR KEY SHARE), kept AS (
  INSERT INTO answer (dossier_id, question, office_id, value, saved_at, serial)
  SELECT id, $2::text, $3::int, $4::jsonb, $5::timestamptz, COALESCE($6::int, 1) FROM held
  ON CONFLICT (dossier_id, question) DO UPDATE SET value = $4, saved_at = $5, serial = COALESCE($6, answer.serial + 1)
  WHERE $6::int IS NULL OR $6 >= answer.serial
  RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM kept) AS kept FROM held
"""

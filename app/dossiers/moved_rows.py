"""The rows a move changes, as one statement made of the parts it needs: what does not change is not written.

Every part but the first waits for `moved`, which decides: nothing happens when somebody else wrote the process meanwhile.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from app.dossiers.codes import DRAW_CODE, DRAW_SERIAL
from app.dossiers.joined_rows import JOINED, QUESTIONS
from app.dossiers.queries_api import beside_written
from app.fees.service import ASSESS, NO_LONGER_OWED, OWED
from app.jobs.service import WRITE_JOBS, waking_parts
from app.kit.places import Placed, placed
from app.notices.service import KNOW_PERSON, WRITE_NOTICES, WRITE_SENDING

# Columns of a case that `changed` may change.
CHANGED: Final = (
    "state", "received_at", "due_at", "original_due_at", "paused_at", "finished_at", "returned_at", "supplements_asked",
)

_CHANGE: Final = """
  UPDATE dossier SET state = {state}::text, version = version + 1,
    received_at = COALESCE({received_at}::timestamptz, received_at),
    original_due_at = COALESCE({original_due_at}::timestamptz, original_due_at),
    due_at = CASE WHEN {moves_due}::bool THEN {due_at}::timestamptz ELSE due_at END,
    paused_at = CASE WHEN {moves_due}::bool THEN {paused_at}::timestamptz ELSE paused_at END,
    finished_at = COALESCE({finished_at}::timestamptz, finished_at),
    returned_at = COALESCE({returned_at}::timestamptz, returned_at),
    supplements_asked = supplements_asked + {supplements_asked}::int,
    alarm_at = CASE WHEN {rings_anew}::bool THEN {alarm_at}::timestamptz ELSE alarm_at END,
    alarm_no = CASE WHEN {rings_anew}::bool THEN 0 ELSE alarm_no END
"""
_THE_DOSSIER: Final = """
  WHERE id = {dossier}::uuid AND EXISTS (SELECT FROM moved) RETURNING *, xmin"""

PARTS: Final[Mapping[str, str]] = {
    "moved": """
  UPDATE process SET state = {process}::bytea, version = version + 1, ended = {ended}::text
  WHERE dossier_id = {dossier}::uuid AND version = {version}::int RETURNING dossier_id, version""",
    "begun": """
  INSERT INTO process (dossier_id, office_id, version, state, ended)
  VALUES ({dossier}::uuid, {office}::int, {version}::int + 1, {process}::bytea, {ended}::text)
  ON CONFLICT (dossier_id) DO NOTHING RETURNING dossier_id, version""",
    "serial": DRAW_SERIAL,
    "coded": DRAW_CODE,
    "changed": _CHANGE + _THE_DOSSIER,
    "handed_in": _CHANGE.rstrip() + """,
    code = (SELECT code FROM coded), submitted_at = {at}::timestamptz, facts = {routed_by}::jsonb""" + _THE_DOSSIER,
    # From here on the dossier is found by its code too (naming.number_keys); its names are searched since it was begun.
    "found": """
  INSERT INTO found_by (office_id, at, dossier_id, key, marks)
  SELECT {office}::int, {created_at}::timestamptz, {dossier}::uuid, '#c' || right(code, 4), 0 FROM coded""",
    "fees_gone": NO_LONGER_OWED + " AND EXISTS (SELECT FROM moved)",
    "fees_new": ASSESS + " AND EXISTS (SELECT FROM moved) RETURNING amount",
    # The step that was acted on becomes the one that follows: one row is written where two would be.
    "step_on": """
  UPDATE step SET task_no = {next_task_no}::int, name = {next_name}::text, role = {next_role}::text, officer_id = NULL,
    opened_at = {at}::timestamptz, claimed_at = NULL, due_at = {next_due_at}::timestamptz
  WHERE dossier_id = {dossier}::uuid AND task_no = {acted_on}::int AND EXISTS (SELECT FROM moved)""",
    "steps_gone": """
  DELETE FROM step WHERE dossier_id = {dossier}::uuid AND task_no = ANY({steps_gone}::int[])
    AND EXISTS (SELECT FROM moved)""",
    "steps_new": """
  INSERT INTO step (dossier_id, task_no, office_id, name, role, opened_at, due_at)
  SELECT {dossier}::uuid, s.task_no, {office}::int, s.name, s.role, {at}::timestamptz, s.due_at
  FROM jsonb_to_recordset({steps_new}::jsonb) AS s(task_no int, name text, role text, due_at timestamptz)
  WHERE EXISTS (SELECT FROM moved)""",
    # A timer that begins where another ends takes over its row.
    "timer_on": """
  UPDATE timer SET task_no = {timer_task_no}::int, name = {timer_name}::text, due_at = {timer_due_at}::timestamptz,
    set_at = {at}::timestamptz, term = {timer_term}::text
  WHERE dossier_id = {dossier}::uuid AND task_no = {timer_was}::int AND EXISTS (SELECT FROM moved) RETURNING task_no""",
    "timers_gone": """
  DELETE FROM timer WHERE dossier_id = {dossier}::uuid AND task_no = ANY({timers_gone}::int[])
    AND EXISTS (SELECT FROM moved)""",
    "timers_new": """
  INSERT INTO timer (dossier_id, task_no, office_id, name, due_at, set_at, term)
  SELECT {dossier}::uuid, t.task_no, {office}::int, t.name, t.due_at, {at}::timestamptz, t.term
  FROM jsonb_to_recordset({timers_new}::jsonb) AS t(task_no int, name text, due_at timestamptz, term text)
  WHERE EXISTS (SELECT FROM moved)""",
    "alerts_done": """
  UPDATE alert SET done_at = {at}::timestamptz WHERE dossier_id = {dossier}::uuid AND done_at IS NULL AND kind <> 'stuck'
    AND EXISTS (SELECT FROM moved)""",
    "jobs_new": WRITE_JOBS + " WHERE EXISTS (SELECT FROM moved) ON CONFLICT (key) DO NOTHING RETURNING id",
    "person": KNOW_PERSON,
    "told": WRITE_NOTICES,
    "sending": WRITE_SENDING,
    **JOINED,
}
# Parts that stand in for another, and so are called by its name.
_CALLED: Final = {"begun": "moved", "handed_in": "changed"}
_WRITTEN: Final = """
  INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, actor_id, why, facts, opened_at, due_at,
    task_no, step, action, role)
  SELECT {office}::int, {dossier}::uuid, {at}::timestamptz, j.event, {by_kind}::text, {by}::uuid, j.why, j.facts,
    j.opened_at, j.due_at, j.task_no, j.step, j.action, j.role
  FROM (VALUES %s) AS j(n, event, why, facts, opened_at, due_at, task_no, step, action, role)
  WHERE EXISTS (SELECT FROM moved)"""
# A line as app.dossiers.moves.Noted has it, what was finished (app.journal.service.Finished) spread out.
_LINE: Final = {
    "event": "text", "why": "text", "facts": "jsonb", "opened_at": "timestamptz", "due_at": "timestamptz", "task_no": "int",
    "step": "text", "action": "text", "role": "text",
}


@cache
def statement(parts: tuple[str, ...], asked: tuple[str, ...] = (), *, lines: int, shown: bool) -> Placed:
    """These parts and so many lines of the journal, waking the worker for new jobs; no row: not moved.

    The row tells whether there was a timer to take over, what is `asked` (questions of `joined_rows`), and with `shown` the
    dossier as it stands now.
    """
    told = [f"{QUESTIONS[one]} AS asked_{one}" for one in asked]
    if "coded" in parts:
        told.append("(SELECT code FROM coded) AS drawn")
    if "timer_on" in parts:
        told.append("EXISTS (SELECT FROM timer_on) AS timer_followed")
    end = f"SELECT {', '.join(told)} FROM moved"
    steps_told: dict[str, str] = {part: " RETURNING *" for part in ("step_on", "steps_new") if shown and part in parts}
    if shown:
        steps = [f"SELECT * FROM {one}" for one in steps_told]
        source = "changed" if {"changed", "handed_in"} & {*parts} else "dossier"
        dossier = f"{source} d JOIN moved p ON p.dossier_id = d.id"
        columns = [*(f"d.{name}" for name in CHANGED), *told]
        owed = OWED if "fees_gone" not in parts else (
            "COALESCE((SELECT sum(amount)::int FROM fees_new), 0)" if "fees_new" in parts else "0")
        person = "person" if "person" in parts else None
        end = beside_written(dossier, "{dossier}::uuid", "{steps_over}::int[]", steps, columns, owed, person)
    named = [f"{_CALLED.get(part, part)} AS ({PARTS[part]}{steps_told.get(part, '')}\n)" for part in parts]
    if lines:
        named.append(f"written AS ({_written(lines)}\n)")
    work = [f"SELECT id FROM {one}" for one in ("jobs_new", "sending") if one in parts]
    if work:
        named += [f"to_wake AS ({' UNION ALL '.join(work)})", waking_parts()]
    return placed("WITH " + ",\n".join(named) + f"\n{end}")


@cache
def names_of_line(n: int) -> tuple[str, ...]:
    """What the n-th line of the journal is called among the values."""
    return tuple(f"line_{n}_{name}" for name in _LINE)


def _written(lines: int) -> str:
    """So many lines of the journal, each value in a place of its own: arrays cost more than the few lines they save."""
    rows = [
        f"({n}, {', '.join(f'{{{name}}}::{kind}' for name, kind in zip(names_of_line(n), _LINE.values(), strict=True))})"
        for n in range(lines)
    ]
    return _WRITTEN % ", ".join(rows) + (" ORDER BY j.n" if lines > 1 else "")

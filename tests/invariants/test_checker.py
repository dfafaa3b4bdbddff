"""The checker itself: silent over an honest run, and finds every error planted in one."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg
import pytest

from app.dossiers import wishes
from app.dossiers.payments import take_at_counter
from app.journal.service import Actor
from tests.dossiers.situations import CODE, given, received, sealed, supplement_asked
from tests.factories import COMMUNE, Make
from tests.invariants.checker import check, read
from tests.invariants.conftest import House
from tests.invariants.facts import Facts, Folder, Remembering, read_database


@dataclass(frozen=True)
class Run:
    """A small honest run: dossiers by what became of them."""

    house: House
    returned: UUID
    online: UUID
    open: UUID
    asked: UUID
    withdrawn: UUID
    store: Remembering


@pytest.fixture(scope="module")
async def run(house: House) -> Run:
    make = house.make
    returned = await sealed(make)
    await _pay(make, returned)
    await make.act(returned, "return_result", "hand_over", "reception",
                   given={"collector": "Tạ Quang Nhẫn", "paper": "Căn cước"})
    online = await sealed(make, channel="online", return_way="online")
    still_open, asked = await received(make), await supplement_asked(make)
    withdrawn = await make.submitted(CODE, given())
    async with make.database.transaction(offices=[COMMUNE]) as db:
        case = await make.case(withdrawn)
        await wishes.withdraw(db, make.tools, case, by=Actor("citizen", case.applicant_id), reason="Không cần nữa")
    await make.draft(CODE, given())
    await make.worked()
    return Run(house, returned, online, still_open, asked, withdrawn, Remembering(Folder(house.store)))


async def _pay(make: Make, dossier_id: UUID) -> None:
    officer, case = await make.officer("reception"), await make.case(dossier_id)
    async with make.database.transaction(offices=[COMMUNE]) as db:
        await take_at_counter(db, make.tools, case, officer=officer)


async def test_an_honest_run_has_no_violation(run: Run) -> None:
    facts = await read(run.house.superuser_dsn, run.house.store, {}, finished=True)
    assert check(facts) == []
    assert len(facts["dossier"]) == 6


# What is done to the books behind everybody's back → the violation that must be named. {a}: the dossier it is done to.
PLANTED = [
    ("I1.orphan", "returned", "DELETE FROM dossier WHERE id = '{a}'"),
    ("I1.orphan", "open", "UPDATE step SET dossier_id = gen_random_uuid() WHERE dossier_id = '{a}'"),
    ("I1.no-process", "open", "DELETE FROM process WHERE dossier_id = '{a}'"),
    ("I2.twice", "open", "ALTER TABLE dossier DISABLE TRIGGER ALL; DROP INDEX uq_dossier_code;"
                         " UPDATE dossier SET code = (SELECT code FROM dossier WHERE id = '{b}') WHERE id = '{a}'"),
    ("I2.code-and-draft", "open", "UPDATE dossier SET code = NULL WHERE id = '{a}'"),
    ("I2.submissions", "open", "INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, facts)"
                               " VALUES (2, '{a}', now(), 'dossier.submitted', 'system', '{}')"),
    ("I2.shape", "open", "UPDATE dossier SET code = 'H99.08.23' || substr(code, 10) WHERE id = '{a}'"),
    ("I2.gap", "open", "UPDATE code_serial SET last = last + 1"),
    ("I3.result-twice", "returned", "ALTER TABLE result DROP CONSTRAINT uq_result_n; INSERT INTO result (id, office_id,"
     " dossier_id, n, kind, title, state, content, verify_key, copies, ordered, drafted_at) SELECT gen_random_uuid(),"
     " office_id, dossier_id, n, kind, title, 'drafted', content, 'k', 1, '{}', drafted_at FROM result"
     " WHERE dossier_id = '{a}'"),
    ("I3.not-in-book", "returned", "UPDATE result SET number = 99 WHERE dossier_id = '{a}'"),
    ("I3.gap", "returned", "DELETE FROM register_entry WHERE dossier_id = '{a}'"),
    ("I3.gap", "returned", "UPDATE fee_receipt SET number = 7"),
    ("I3.order", "returned", "UPDATE register_entry SET drawn_at = now() + interval '1 day' WHERE number = 1"),
    ("I3.number-twice", "online", "ALTER TABLE register_entry DROP CONSTRAINT register_entry_pkey;"
                                  " UPDATE register_entry SET number = 1"),
    ("I3.void-issued", "returned", "UPDATE register_entry SET void_why = 'x' WHERE dossier_id = '{a}'"),
    ("I3.unexplained", "returned", "UPDATE result SET state = 'discarded' WHERE dossier_id = '{a}'"),
    ("I3.store-code", "returned", "UPDATE result SET store_code = 'X-KQ1' WHERE dossier_id = '{a}'"),
    ("I3.signatures", "returned", "DELETE FROM signature WHERE dossier_id = '{a}' AND kind = 'leader'"),
    ("I3.no-result", "returned", "DELETE FROM result WHERE dossier_id = '{a}'"),
    ("I4.unpaid", "open", "UPDATE fee SET state = 'paid' WHERE dossier_id = '{a}'"),
    ("I4.amount", "returned", "UPDATE payment SET amount = amount - 1000 WHERE dossier_id = '{a}'"),
    ("I4.still-owed", "returned", "UPDATE fee SET state = 'owed' WHERE dossier_id = '{a}'"),
    ("I4.receipt", "returned", "DELETE FROM fee_receipt WHERE dossier_id = '{a}'"),
    ("I4.receipt-alone", "returned", "DELETE FROM payment WHERE dossier_id = '{a}'"),
    ("I4.charged-twice", "returned", "INSERT INTO payment (id, office_id, dossier_id, amount, method, state, started_at,"
     " settled_at, taken_by, fee_ids) SELECT gen_random_uuid(), office_id, dossier_id, amount, method, state, started_at,"
     " settled_at, taken_by, fee_ids FROM payment WHERE dossier_id = '{a}'"),
    ("I4.owed-for-nothing", "withdrawn", "UPDATE fee SET state = 'owed' WHERE dossier_id = '{a}'"),
    ("I5.handed-twice", "returned", "INSERT INTO delivery (id, office_id, dossier_id, way, state, receiver, collector,"
     " created_at, delivered_at) VALUES (gen_random_uuid(), 2, '{a}', 'post', 'delivered', '{}', '{}', now(), now())"),
    ("I5.returned", "returned", "UPDATE delivery SET state = 'ready', delivered_at = NULL WHERE dossier_id = '{a}'"),
    ("I5.nobody", "returned", "UPDATE delivery SET collector = '{}' WHERE dossier_id = '{a}'"),
    ("I5.nothing-to-deliver", "open", "INSERT INTO delivery (id, office_id, dossier_id, way, state, receiver, collector,"
     " created_at) VALUES (gen_random_uuid(), 2, '{a}', 'post', 'ready', '{}', '{}', now())"),
    ("I6.state", "open", "UPDATE journal_line SET facts = facts || '{\"after\": \"returned\"}' WHERE dossier_id = '{a}'"
                         " AND event = 'dossier.state_changed' AND facts->>'after' = 'received'"),
    ("I6.step-twice", "open", "INSERT INTO journal_line (office_id, dossier_id, at, event, actor_kind, actor_id, facts,"
     " task_no, step, action, role) SELECT office_id, dossier_id, at, event, actor_kind, actor_id, facts, task_no, step,"
     " action, role FROM journal_line WHERE dossier_id = '{a}' AND event = 'step.finished'"),
    ("I6.path", "open", "UPDATE step SET name = 'return_result', role = 'reception' WHERE dossier_id = '{a}'"),
    ("I6.lane", "open", "UPDATE step SET role = 'clerk' WHERE dossier_id = '{a}'"),
    ("I6.action", "open", "UPDATE journal_line SET action = 'bribe' WHERE dossier_id = '{a}'"
                          " AND event = 'step.finished'"),
    ("I6.waits-for-nothing", "open", "DELETE FROM step WHERE dossier_id = '{a}'"),
    ("I6.ended", "open", "UPDATE process SET ended = 'returned' WHERE dossier_id = '{a}'"),
    ("I6.finished", "returned", "UPDATE dossier SET finished_at = NULL WHERE id = '{a}'"),
    ("I7.dossier-due", "open", "UPDATE dossier SET due_at = due_at + interval '1 day' WHERE id = '{a}'"),
    ("I7.due", "open", "UPDATE deadline_line SET due_after = due_after + interval '1 day' WHERE dossier_id = '{a}'"),
    ("I7.left", "open", "UPDATE deadline_line SET left_after = 9 WHERE dossier_id = '{a}'"),
    ("I7.first-promise", "open", "UPDATE dossier SET original_due_at = now() WHERE id = '{a}'"),
    ("I7.ledger", "open", "DELETE FROM deadline_line WHERE dossier_id = '{a}'"),
    ("I7.end", "returned", "DELETE FROM deadline_line WHERE dossier_id = '{a}' AND kind = 'end'"),
    ("I8.unwritten", "open", "UPDATE dossier SET state = 'in_progress' WHERE id = '{a}'"),
    ("I8.chain", "returned", "DELETE FROM journal_line WHERE dossier_id = '{a}' AND event = 'dossier.state_changed'"
                             " AND facts->>'after' = 'awaiting_signature'"),
    ("I8.moment", "open", "DELETE FROM journal_line WHERE dossier_id = '{a}' AND event = 'dossier.received'"),
    ("I8.nobody", "open", "UPDATE journal_line SET actor_id = gen_random_uuid() WHERE dossier_id = '{a}'"
                          " AND actor_kind = 'officer'"),
    ("I9.bytes", "open", "UPDATE document SET sha256 = repeat('0', 64) WHERE dossier_id = '{a}'"),
    ("I9.missing", "open", "UPDATE document SET object_key = '2/none/none' WHERE dossier_id = '{a}'"),
    ("I9.no-document", "returned", "DELETE FROM document WHERE dossier_id = '{a}' AND kind = 'result'"),
    ("I9.result-hash", "returned", "UPDATE result SET sha256 = repeat('0', 64) WHERE dossier_id = '{a}'"),
    ("I10.office", "open", "UPDATE fee SET office_id = 3 WHERE dossier_id = '{a}'"),
    ("I10.holder", "open", "UPDATE step SET officer_id = (SELECT id FROM officer WHERE office_id = 3 LIMIT 1)"
                           " WHERE dossier_id = '{a}'"),
    ("I11.moment", "open", "UPDATE job SET done_at = NULL WHERE dossier_id = '{a}' AND state = 'done'"),
    ("I11.forgotten", "open", "UPDATE job SET state = 'waiting', done_at = NULL, run_at = now() - interval '1 hour'"
                              " WHERE dossier_id = '{a}'"),
    ("I11.stuck-silently", "open", "UPDATE job SET state = 'stuck', done_at = NULL, trouble = NULL, attempts = 2"
                                   " WHERE dossier_id = '{a}'"),
    ("I11.unsent", "open", "UPDATE notice SET state = 'queued' WHERE dossier_id = '{a}' AND channel = 'email'"),
    ("I11.sent-by-nobody", "open", "UPDATE notice SET state = 'sent' WHERE dossier_id = '{a}' AND channel = 'sms';"
                                   " DELETE FROM job WHERE dossier_id = '{a}' AND name = 'send_notice'"),
    ("I12.not-previewed", "returned", "UPDATE signature SET previewed_sha256 = repeat('0', 64) WHERE dossier_id = '{a}'"),
    ("I12.signed-hash", "returned", "UPDATE signature SET signed_sha256 = repeat('0', 64) WHERE dossier_id = '{a}'"),
    ("I12.other-bytes", "returned", "UPDATE document SET object_key = (SELECT object_key FROM document WHERE kind = 'paper'"
                                    " LIMIT 1) WHERE dossier_id = '{a}' AND component = 'result_1' AND kind = 'draft'"),
]

# One more line of the ledger of {a}, after its last one: the kind, what its due moment becomes, by which calendar.
LINE = (
    "INSERT INTO deadline_line (office_id, dossier_id, line_no, at, written_at, kind, cause, rule, source, due_before,"
    " due_after, term, reading, way, left_after, cutoff, calendar_version, note) SELECT office_id, dossier_id, line_no + 1,"
    " at, written_at, '{kind}', 'x', rule, 'Quyết định 9', due_after, {due}, term, reading, way, left_after, cutoff,"
    " {calendar}, note FROM deadline_line WHERE dossier_id = '{a}' ORDER BY line_no DESC LIMIT 1;"
)
OTHER = (
    "INSERT INTO working_calendar SELECT 'VN-other', scope, first_day, last_day, content, kept_at FROM working_calendar"
    " LIMIT 1;"
)
FINDING = (
    "INSERT INTO finding (id, office_id, dossier_id, cause, subject, facts, since, found_at, cleared_at) VALUES"
    " (gen_random_uuid(), 2, '{a}', 'step_quiet', {subject}, '{{}}', {since}, {found}, {cleared});"
)
SNAPSHOT = (
    "INSERT INTO report_snapshot (id, office_id, form, first_day, last_day, scope, version, content, sha256, note,"
    " frozen_by, frozen_at) VALUES (gen_random_uuid(), 2, '06a', '2026-10-15', '2026-11-14', '2', {version}, '{content}',"
    " encode(sha256('{{}}'::bytea), 'hex'), '{note}', gen_random_uuid(), now());"
)
EFFECT = (
    "INSERT INTO calendar_effect (change_id, dossier_id, office_id, due_before, due_after, steps, timers, moved_at)"
    " SELECT gen_random_uuid(), id, office_id, due_at, due_at + interval '1 day', 0, 0, now() FROM dossier WHERE id = '{a}'"
)
CHANGE = (
    "INSERT INTO calendar_change (id, scope, state, decision, source, content, proposed_by, proposed_at, total,"
    " looked_at, moved, left_out, later, told) VALUES (gen_random_uuid(), 'VN', 'applied', 'QĐ 9', '', '',"
    " gen_random_uuid(), now(), 0, 0, 0, 0, '[]', 0)"
)


def _line(kind: str, due: str = "due_after", calendar: str = "calendar_version") -> str:
    return LINE.replace("{kind}", kind).replace("{due}", due).replace("{calendar}", calendar)


def _finding(
    subject: str = "'job:1'", since: str = "'2020-01-01'", found: str = "'2020-01-01'", cleared: str = "NULL"
) -> str:
    return (FINDING.replace("{subject}", subject).replace("{since}", since).replace("{found}", found)
            .replace("{cleared}", cleared).replace("{{}}", "{}"))


def _snapshot(version: int = 1, content: str = "{}", note: str = "x") -> str:
    return (SNAPSHOT.replace("{version}", str(version)).replace("{content}", content).replace("{note}", note)
            .replace("{{}}", "{}"))


PLANTED += [
    ("I7.mark-moves", "open", _line("mark", "due_after + interval '1 day'")),
    ("I7.after-end", "returned", _line("mark")),
    ("I7.recount-same", "open", _line("recount")),
    ("I7.recount-twice", "open", OTHER + _line("recount", calendar="'VN-other'") + _line("recount", calendar="'VN-other'")),
    ("I7.recount-paused", "open", OTHER + _line("pause", "NULL") + _line("recount", "due_before", "'VN-other'")),
    ("I7.due", "open", OTHER + _line("recount", "due_after + interval '1 day'", "'VN-other'")),
    ("I13.recount-alone", "open", OTHER + _line("recount", "due_after + interval '1 day'", "'VN-other'")),
    ("I13.moved-silently", "open", EFFECT),
    ("I13.change-moments", "open", CHANGE),
    ("I13.alarm-asleep", "returned", "UPDATE dossier SET alarm_at = now() WHERE id = '{a}'"),
    ("I13.no-alarm", "open", "UPDATE dossier SET alarm_at = NULL WHERE id = '{a}'"),
    ("I13.alarm-late", "open", "UPDATE dossier SET alarm_at = due_at + interval '1 day' WHERE id = '{a}'"),
    ("I13.found-twice", "open", "DROP INDEX uq_finding_open;" + _finding() + _finding()),
    ("I13.finding-order", "open", _finding(cleared="'2019-01-01'")),
    ("I13.finding-order", "open", _finding(since="'2021-01-01'")),
    ("I13.not-cleared", "returned", _finding("'step:{a}:' || (SELECT task_no FROM journal_line WHERE dossier_id ="
                                             " '{a}' AND event = 'step.finished' LIMIT 1)")
     + _finding("'job:2'", found="now() + interval '1 hour'")),
    ("I13.not-late", "returned", "INSERT INTO late_cause (dossier_id, office_id, cause, words, said_by, said_at) VALUES"
                                 " ('{a}', 2, 'x', '', gen_random_uuid(), now())"),
    ("I13.snapshot-changed", "open", _snapshot(content='{"n": 1}')),
    ("I13.snapshot-reason", "open", _snapshot() + _snapshot(2, note=" ")),
    ("I13.snapshot-gap", "open", _snapshot(2)),
    ("I10.office", "open", "INSERT INTO late_cause (dossier_id, office_id, cause, words, said_by, said_at) VALUES"
                           " ('{a}', 3, 'x', '', gen_random_uuid(), now())"),
]


@pytest.mark.parametrize(("code", "where", "sql"), PLANTED, ids=[f"{n}-{one[0]}" for n, one in enumerate(PLANTED)])
async def test_a_planted_violation_is_found(run: Run, code: str, where: str, sql: str) -> None:
    connection = await asyncpg.connect(run.house.superuser_dsn)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(sql.replace("{a}", str(getattr(run, where))).replace("{b}", str(run.online)))
        facts = Facts(await read_database(connection), run.store)
    finally:
        await transaction.rollback()
        await connection.close()
    assert code in {one.code for one in check(facts)}


async def test_a_code_somebody_was_told_and_nobody_has_is_found(run: Run) -> None:
    facts = await read(run.house.superuser_dsn, run.house.store, {}, ("H99.08.22-260101-0001",))
    assert "I1.lost" in {one.code for one in check(facts)}


# What an outside system's book says and ours does not.
BOOKS: list[tuple[str, dict[str, dict[str, list[dict[str, object]]]]]] = [
    ("I4.unknown-charge", {"payment": {"charge": [{"reference": "x", "amount": 1}]}}),
    ("I5.unknown-shipment", {"post": {"shipment": [{"order_number": "x", "shipment_number": "E", "content": "c"}]}}),
    ("I11.unknown-letter", {"sms": {"message": [{"client_id": "x"}]}}),
    ("I11.unknown-letter", {"mailbox": {"mail": [{"message_id": "<x@motcua>"}]}}),
]


@pytest.mark.parametrize(("code", "books"), BOOKS, ids=[f"{n}-{one[0]}" for n, one in enumerate(BOOKS)])
async def test_what_only_the_outside_knows_is_found(
    run: Run, code: str, books: dict[str, dict[str, list[dict[str, object]]]]
) -> None:
    honest = await read(run.house.superuser_dsn, run.house.store, {})
    facts = Facts(honest.tables, run.store, {name: dict(tables) for name, tables in books.items()})  # type: ignore[arg-type]
    assert code in {one.code for one in check(facts)}

"""An alarm rings once, to whom the procedure names; after an outage only the latest; it is over when the term is."""

import asyncio
from datetime import datetime

from app.alerts import service as alerts
from app.dossiers import wishes
from app.kit import clock
from app.worker import anything_due, ring_alarms
from tests.alerts.situations import examined, local, rang, received_at, rows, told, value
from tests.factories import COMMUNE, OFFICES, Make

MONDAY = "2026-06-01T09:00"  # three working days: due Thursday 4 June at closing
ABOVE = 1


async def test_the_next_alarm_is_a_column_set_with_the_due_moment(make: Make) -> None:
    dossier_id = await received_at(make, MONDAY)
    (row,) = await rows(make, "SELECT alarm_at, alarm_no, due_at FROM dossier WHERE id = $1", dossier_id)
    assert row["alarm_at"].astimezone(clock.LOCAL).date().isoformat() == "2026-06-02"
    assert row["alarm_no"] == 0


async def test_due_alarms_are_found_by_their_index(make: Make) -> None:
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in await db.rows(
            "EXPLAIN SELECT d.id FROM dossier d JOIN office o ON o.id = d.office_id WHERE d.alarm_at <= now()"
            " ORDER BY d.alarm_at, d.id LIMIT 100"
        ))
    assert "ix_dossier_alarm" in plan


async def test_an_idle_worker_sees_the_first_alarm_when_it_has_come_and_not_before(make: Make) -> None:
    await received_at(make, MONDAY)
    with clock.at(local("2020-01-01T12:00")):
        assert not await anything_due(make.tools)
    with clock.at(local("2026-06-02T12:00")):
        assert await anything_due(make.tools)


async def test_it_rings_once_however_many_workers_look(make: Make) -> None:
    dossier_id = await received_at(make, MONDAY)
    with clock.at(local("2026-06-02T12:00")):
        await asyncio.gather(*(ring_alarms(make.tools) for _ in range(3)))
        assert await ring_alarms(make.tools) == 0
    assert await rang(make, dossier_id) == ["term_near"]
    assert await told(make, dossier_id) == [("term_near", COMMUNE, "specialist")]


async def test_every_rung_tells_whom_the_rules_name_and_the_office_above(make: Make) -> None:
    dossier_id = await received_at(make, MONDAY)
    for moment in ("2026-06-02T12:00", "2026-06-03T12:00", "2026-06-04T20:00", "2026-06-05T12:00", "2026-06-12T12:00"):
        with clock.at(local(moment)):
            await ring_alarms(make.tools)
    assert await rang(make, dossier_id) == ["term_near", "apology_proposed", "term_due", "term_late", "term_late"]
    assert await told(make, dossier_id) == [
        ("term_late", COMMUNE, "specialist"), ("term_late", ABOVE, "supervisor"), ("term_late", COMMUNE, "head"),
    ]  # nobody reads of one term twice: what came before is closed
    ever = await rows(make, "SELECT DISTINCT kind, office_id, role FROM alert WHERE dossier_id = $1", dossier_id)
    assert {(one["kind"], one["role"]) for one in ever} >= {
        ("term_near", "specialist"), ("apology_proposed", "head"), ("apology_proposed", "specialist"),
    }
    assert await value(make, "SELECT alarm_at FROM dossier WHERE id = $1", dossier_id) is None


async def test_after_a_long_outage_the_latest_rings_and_no_flood(make: Make) -> None:
    dossier_id = await received_at(make, MONDAY)
    with clock.at(local("2026-06-05T12:00")):
        await ring_alarms(make.tools)
    assert await rang(make, dossier_id) == ["term_late"]


async def test_a_clock_that_jumps_back_rings_nothing_again(make: Make) -> None:
    dossier_id = await received_at(make, MONDAY)
    for moment in ("2026-06-03T12:00", "2026-06-03T11:00", "2026-06-02T12:00", "2026-06-03T12:00"):
        with clock.at(local(moment)):
            await ring_alarms(make.tools)
    assert await rang(make, dossier_id) == ["apology_proposed"]


async def test_the_one_who_holds_the_step_is_told_and_nobody_else_of_the_role(make: Make) -> None:
    dossier_id, officer = await received_at(make, MONDAY), await make.officer("specialist")
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE step SET officer_id = $2, claimed_at = now() WHERE dossier_id = $1", dossier_id, officer.id)
    with clock.at(local("2026-06-02T12:00")):
        await ring_alarms(make.tools)
    assert await value(make, "SELECT officer_id FROM alert WHERE dossier_id = $1", dossier_id) == officer.id


async def test_the_apology_comes_with_a_date_and_in_time_for_the_letter(make: Make) -> None:
    dossier_id = await received_at(make, MONDAY)
    with clock.at(local("2026-06-03T12:00")):
        await ring_alarms(make.tools)
    (row,) = await rows(
        make, "SELECT a.at, a.facts, d.due_at FROM alert a JOIN dossier d ON d.id = a.dossier_id WHERE a.dossier_id = $1"
        " AND a.kind = 'apology_proposed' AND a.role = 'head'", dossier_id,
    )
    assert row["at"].astimezone(clock.LOCAL).date() < row["due_at"].astimezone(clock.LOCAL).date()
    assert row["facts"]["suggested"] > row["facts"]["due_at"]


async def test_an_extension_closes_the_alerts_of_the_old_date_and_sets_the_next(make: Make) -> None:
    dossier_id, head = await received_at(make, MONDAY), await make.officer("head")
    with clock.at(local("2026-06-03T12:00")):
        await ring_alarms(make.tools)
        suggested = await value(make, "SELECT facts->>'suggested' FROM alert WHERE dossier_id = $1 LIMIT 1", dossier_id)
        case = await make.case(dossier_id)
        async with make.database.transaction(offices=OFFICES) as db:
            await wishes.extend(
                db, make.tools, case, new_due=datetime.fromisoformat(suggested), reason="Thiếu người", basis="Điều 19",
                officer=head,
            )
    assert await told(make, dossier_id) == []
    alarm = await value(make, "SELECT alarm_at FROM dossier WHERE id = $1", dossier_id)
    assert alarm > local("2026-06-03T12:00")
    with clock.at(local("2026-06-08T12:00")):  # the letter may go out once: it is not proposed again
        await ring_alarms(make.tools)
    assert "apology_proposed" not in [kind for kind, _, _ in await told(make, dossier_id)]


async def test_a_pause_clears_the_alarm_and_its_alerts(make: Make) -> None:
    with clock.at(local("2026-09-07T09:00")):
        dossier_id = await examined(make)
    with clock.at(await value(make, "SELECT alarm_at FROM dossier WHERE id = $1", dossier_id)):
        await ring_alarms(make.tools)
        assert len(await told(make, dossier_id)) == 1
        await make.judged(dossier_id, site_plan="wrong")
        await make.act(dossier_id, "examine", "ask_supplement", "specialist", reason="Bản vẽ thiếu kích thước")
    assert await told(make, dossier_id) == []
    assert await value(make, "SELECT alarm_at FROM dossier WHERE id = $1", dossier_id) is None


async def test_the_end_of_handling_clears_the_alarm(make: Make) -> None:
    dossier_id = await received_at(make, MONDAY)
    with clock.at(local("2026-06-02T12:00")):
        await ring_alarms(make.tools)
        await make.act(dossier_id, "draft_result", "refuse", "specialist", reason="Không đủ điều kiện")
    assert await told(make, dossier_id) == []
    assert await value(make, "SELECT alarm_at FROM dossier WHERE id = $1", dossier_id) is None


async def test_taking_note_is_for_whom_it_is_for(make: Make) -> None:
    dossier_id = await received_at(make, MONDAY)
    with clock.at(local("2026-06-02T12:00")):
        await ring_alarms(make.tools)
        specialist, leader = await make.officer("specialist"), await make.officer("leader")
        async with make.database.transaction(offices=specialist.offices) as db:
            mine, _ = await alerts.open_alerts(db, specialist)
            before = await alerts.open_count(db, specialist)
            assert await alerts.open_count(db, leader) == 0
            one = next(alert for alert in mine if alert.dossier_id == dossier_id)
            await alerts.see(db, one.id, specialist)
            assert await alerts.open_count(db, specialist) == before - 1

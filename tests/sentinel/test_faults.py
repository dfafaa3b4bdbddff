"""Faults planted as they happen, each found by one sweep, said in words, mended by its button, and cleared by the next."""

import errno
import re
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.deadlines import service as deadlines
from app.dossiers import mending
from app.dossiers.case import open_case
from app.dossiers.tools import Tools
from app.gateways.errors import GatewayRefused
from app.gateways.post import HttpPost
from app.kit import clock
from app.sentinel.causes import WORDS, Cause, Deed
from app.sentinel.sweeping import SHARES, Swept
from app.signatures.keyring import Keyring
from app.worker import carry_out, look_around, ring_alarms, wake_timers
from storage import FolderStore
from tests.alerts.situations import local, rows, value
from tests.dossiers.situations import CODE, given, received, sealed, supplement_asked
from tests.factories import COMMUNE, OFFICES, Make
from tests.invariants.conftest import House
from tests.sentinel.conftest import SignIn

OPEN = "SELECT * FROM finding WHERE dossier_id = $1 AND cleared_at IS NULL"


async def found(make: Make, dossier_id: UUID) -> list[dict[str, Any]]:
    """What is open about this dossier after one sweep; alarms ring as they do in the worker."""
    await ring_alarms(make.tools)
    await look_around(make.tools)
    return await rows(make, OPEN, dossier_id)


async def the_one(make: Make, dossier_id: UUID, cause: Cause) -> dict[str, Any]:
    """Exactly this finding, and the people it concerns were told once."""
    there = await found(make, dossier_id)
    assert [one["cause"] for one in there] == [cause.value]
    told = await value(
        make, "SELECT count(*) FROM alert WHERE kind = 'stuck' AND facts->>'finding' = $1 AND done_at IS NULL",
        str(there[0]["id"]),
    )
    assert told >= 1
    await look_around(make.tools)
    again = "SELECT count(*) FROM alert WHERE kind = 'stuck' AND facts->>'finding' = $1"
    assert await value(make, again, str(there[0]["id"])) == told
    return there[0]


async def shown(sign_in: SignIn, finding: dict[str, Any], cause: Cause, deed: Deed, button: str) -> str:
    """The page says it in words; where its button leads."""
    desk = await sign_in("head")
    page = (await desk.get(f"/overview/stuck?cause={cause.value}")).text
    assert WORDS[cause].title in page
    part = next(one for one in page.split("<tr ") if str(finding["dossier_id"]) in one)
    assert button in part
    hrefs = re.findall(r'(?:href|action)="([^"]+)"', part)
    return next(href for href in hrefs if href.endswith((deed.value, "/assign")) or f"/{deed.value}" in href
                or (deed is Deed.OPEN and href.endswith(str(finding["dossier_id"]))))


async def press(sign_in: SignIn, make: Make, finding: dict[str, Any], cause: Cause, deed: Deed, button: str) -> str:
    """Press the button of a finding; what the page then says."""
    where = await shown(sign_in, finding, cause, deed, button)
    assert where == f"/overview/stuck/{finding['id']}/{deed.value}"
    answer = await (await sign_in("head")).press(where)
    assert answer.status_code == 200
    return answer.text


async def cleared(make: Make, dossier_id: UUID, finding: dict[str, Any]) -> None:
    assert await found(make, dossier_id) == []
    left = await value(
        make, "SELECT count(*) FROM alert WHERE kind = 'stuck' AND facts->>'finding' = $1 AND done_at IS NULL",
        str(finding["id"]),
    )
    assert left == 0


async def tried_out(make: Make, tools: Tools, dossier_id: UUID, name: str) -> None:
    """The worker with these tools tries a job of the dossier until it stops by itself."""
    job_id = await value(make, "SELECT id FROM job WHERE dossier_id = $1 AND name = $2 ORDER BY id DESC LIMIT 1",
                         dossier_id, name)
    for _ in range(10):
        await carry_out(tools, job_id)
    assert await value(make, "SELECT state FROM job WHERE id = $1", job_id) == "stuck"


async def at_work(make: Make, dossier_id: UUID) -> None:
    """What the worker does once a button was pressed: the jobs of this dossier that wait, with parts that work again."""
    for one in await rows(make, "SELECT id FROM job WHERE dossier_id = $1 AND state = 'waiting'", dossier_id):
        await carry_out(make.tools, one["id"])


async def test_1_a_step_nobody_touches_past_its_budget(make: Make, sign_in: SignIn) -> None:
    with clock.at(local("2026-06-01T09:00")):
        dossier_id = await received(make)
        await make.worked()
    with clock.at(local("2026-06-04T09:00")):  # draft_result had until Tuesday's closing; eight working hours more have gone
        finding = await the_one(make, dossier_id, Cause.STEP_QUIET)
        task = await make.step(dossier_id, "draft_result")
        where = await shown(sign_in, finding, Cause.STEP_QUIET, Deed.ASSIGN, "Giao việc")
        assert where == f"/desk/steps/{dossier_id}/{task}/assign"
        specialist = await make.officer("specialist")
        answer = await (await sign_in("head")).press(where, officer=specialist.id)
        assert answer.status_code == 200
        await cleared(make, dossier_id, finding)


async def test_1b_eight_working_hours_are_not_a_night(make: Make) -> None:
    with clock.at(local("2026-06-01T09:00")):
        dossier_id = await received(make)
        await make.worked()
    with clock.at(local("2026-06-03T07:00")):  # fifteen hours after the budget's end, almost all of them night
        assert await found(make, dossier_id) == []


async def test_2_an_open_dossier_whose_step_was_lost(make: Make, sign_in: SignIn) -> None:
    dossier_id = await received(make)
    await make.worked()
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("DELETE FROM step WHERE dossier_id = $1", dossier_id)
    finding = await the_one(make, dossier_id, Cause.NO_NEXT_STEP)
    await press(sign_in, make, finding, Cause.NO_NEXT_STEP, Deed.REBUILD, "Dựng lại việc đang chờ")
    assert await make.step(dossier_id, "draft_result")
    await cleared(make, dossier_id, finding)
    await make.act(dossier_id, "draft_result", "draft", "specialist")


class BrokenDisk(FolderStore):
    """A disk that refuses every block."""

    async def put(self, *_: Any, **__: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")


async def test_3_a_job_the_machine_gave_up(make: Make, sign_in: SignIn, house: House) -> None:
    dossier_id = await received(make)
    await make.worked()
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await tried_out(make, replace(make.tools, store=BrokenDisk(house.store)), dossier_id, "make_result")
    finding = await the_one(make, dossier_id, Cause.JOB_FAILED)
    page = (await (await sign_in("head")).get("/overview/stuck")).text
    assert "Lấy số và in kết quả" in page
    await press(sign_in, make, finding, Cause.JOB_FAILED, Deed.AGAIN, "Thử lại")
    await at_work(make, dossier_id)
    await cleared(make, dossier_id, finding)
    assert await make.step(dossier_id, "sign_result")


async def test_4_an_outside_call_without_an_answer(make: Make, sign_in: SignIn) -> None:
    dossier_id = await received(make, return_way="post")
    for step, action, role in (
        ("draft_result", "draft", "specialist"), ("sign_result", "sign", "leader"), ("seal_result", "seal", "clerk"),
    ):
        await make.worked()
        await make.act(dossier_id, step, action, role)
    away = HttpPost("http://127.0.0.1:9", "x" * 32)
    for one in await rows(make, "SELECT id FROM job WHERE dossier_id = $1 AND state = 'waiting' AND name = 'apply_seal'",
                          dossier_id):
        await carry_out(make.tools, one["id"])
    await tried_out(make, replace(make.tools, post=away), dossier_id, "order_shipment")
    await away.close()
    finding = await the_one(make, dossier_id, Cause.OUTSIDE_SILENT)
    await press(sign_in, make, finding, Cause.OUTSIDE_SILENT, Deed.AGAIN, "Thử lại")
    await at_work(make, dossier_id)
    await cleared(make, dossier_id, finding)


class NobodyThere:
    """A channel whose far end knows no such address."""

    async def send(self, *_: Any, **__: Any) -> Any:
        raise GatewayRefused("outside", "bad_number")


@pytest.mark.parametrize(("deed", "button"), [(Deed.TOLD, "Đã báo người nộp"), (Deed.SEND, "Gửi lại")])
async def test_5_a_notice_that_reached_nobody(make: Make, sign_in: SignIn, deed: Deed, button: str) -> None:
    dossier_id = await received(make)
    nobody: Any = NobodyThere()
    outside = Make(make.database, replace(make.tools, sms=nobody, mail=nobody))
    await outside.worked()
    first = await found(make, dossier_id)
    assert {one["cause"] for one in first} == {Cause.NOTICE_UNDELIVERED.value}
    page = (await (await sign_in("head")).get(f"/overview/stuck?cause={Cause.NOTICE_UNDELIVERED.value}")).text
    assert "+84912000111" in page  # whom to telephone
    for one in first:
        answer = await (await sign_in("reception")).press(f"/overview/stuck/{one['id']}/{deed.value}")
        assert answer.status_code == 200
    await at_work(make, dossier_id)
    assert button in page
    assert await found(make, dossier_id) == []


async def test_6_a_signature_that_was_refused(make: Make, sign_in: SignIn, house: House, tmp_path: Path) -> None:
    dossier_id = await received(make)
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await make.worked()
    await make.act(dossier_id, "sign_result", "sign", "leader")
    keys = shutil.copytree(house.keys, tmp_path / "keys")
    for one in keys.glob("*.passphrase"):
        one.write_text("sai")
    await tried_out(make, replace(make.tools, keyring=Keyring(keys)), dossier_id, "apply_signature")
    finding = await the_one(make, dossier_id, Cause.SIGNATURE_REFUSED)
    page = (await (await sign_in("head")).get("/overview/stuck")).text
    assert "khoá ký không mở được" in page
    await press(sign_in, make, finding, Cause.SIGNATURE_REFUSED, Deed.AGAIN, "Thử lại")
    await at_work(make, dossier_id)
    await cleared(make, dossier_id, finding)
    assert await make.step(dossier_id, "seal_result")


async def test_7_an_online_dossier_nobody_answers(make: Make, sign_in: SignIn) -> None:
    with clock.at(local("2026-06-01T09:00")):
        dossier_id = await make.submitted(CODE, given(channel="online"))
        await make.worked()
    with clock.at(local("2026-06-01T16:00")):
        assert await found(make, dossier_id) == []
    with clock.at(local("2026-06-02T16:00")):
        finding = await the_one(make, dossier_id, Cause.ONLINE_UNANSWERED)
        where = await shown(sign_in, finding, Cause.ONLINE_UNANSWERED, Deed.OPEN, "Mở hồ sơ")
        assert where == f"/desk/dossiers/{dossier_id}"
        await make.judged(dossier_id)
        await make.act(dossier_id, "check_papers", "receive", "reception")
        await make.worked()
        await cleared(make, dossier_id, finding)


async def test_8_a_step_held_by_somebody_who_has_left(make: Make, sign_in: SignIn) -> None:
    dossier_id, gone = await received(make), await make.colleague("specialist")
    await make.worked()
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE step SET officer_id = $2, claimed_at = now() WHERE dossier_id = $1", dossier_id, gone.id)
        await db.run("UPDATE officer SET active = false WHERE id = $1", gone.id)
    finding = await the_one(make, dossier_id, Cause.NO_HANDS)
    where = await shown(sign_in, finding, Cause.NO_HANDS, Deed.ASSIGN, "Giao việc")
    stays = await make.officer("specialist")
    assert (await (await sign_in("head")).press(where, officer=stays.id)).status_code == 200
    await cleared(make, dossier_id, finding)


async def test_8b_a_step_whose_role_nobody_has(make: Make) -> None:
    dossier_id = await received(make)
    await make.worked()
    async with make.database.transaction(offices=OFFICES) as db:
        left = await db.rows("UPDATE officer SET active = false WHERE office_id = $1 AND roles ? 'specialist' AND active"
                             " RETURNING id", COMMUNE)
    finding = await the_one(make, dossier_id, Cause.NO_HANDS)
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE officer SET active = true WHERE id = ANY($1)", [row["id"] for row in left])
    await cleared(make, dossier_id, finding)


async def test_9_a_timer_that_does_not_fire(make: Make, sign_in: SignIn) -> None:
    dossier_id = await supplement_asked(make)
    await make.worked()
    due = await value(make, "SELECT due_at FROM timer WHERE dossier_id = $1", dossier_id)
    kept = await value(make, "SELECT state FROM process WHERE dossier_id = $1", dossier_id)
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE process SET state = 'torn'::bytea WHERE dossier_id = $1", dossier_id)
    with clock.at(due + timedelta(minutes=15)):
        await wake_timers(make.tools)
        finding = await the_one(make, dossier_id, Cause.TIMER_OVERDUE)
        said = await press(sign_in, make, finding, Cause.TIMER_OVERDUE, Deed.WAKE, "Đánh thức ngay")
        assert "Vẫn chưa gỡ được" in said  # what fails in the worker is told, and breaks nothing
        async with make.database.transaction(offices=OFFICES) as db:
            await db.run("UPDATE process SET state = $2 WHERE dossier_id = $1", dossier_id, kept)
        assert "Đã đánh thức" in await press(sign_in, make, finding, Cause.TIMER_OVERDUE, Deed.WAKE, "Đánh thức ngay")
        await make.worked()
        await cleared(make, dossier_id, finding)
    assert (await make.case(dossier_id)).state.value == "stopped"


async def test_10_a_supplement_past_its_term_that_nothing_ends(make: Make, sign_in: SignIn) -> None:
    dossier_id = await supplement_asked(make)
    await make.worked()
    due = await value(make, "SELECT due_at FROM timer WHERE dossier_id = $1", dossier_id)
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("DELETE FROM timer WHERE dossier_id = $1", dossier_id)
    with clock.at(due + timedelta(minutes=15)):
        finding = await the_one(make, dossier_id, Cause.SUPPLEMENT_NOT_LAPSED)
        await press(sign_in, make, finding, Cause.SUPPLEMENT_NOT_LAPSED, Deed.REBUILD, "Dựng lại việc đang chờ")
        await wake_timers(make.tools)
        await make.worked()
        await cleared(make, dossier_id, finding)
    assert (await make.case(dossier_id)).state.value == "stopped"


async def paused_for_nothing(make: Make) -> UUID:
    """The clock was stopped by the ledger's own verb, and what it waited for was forgotten by whoever did it."""
    dossier_id = await received(make)
    await make.worked()
    async with make.database.transaction(offices=OFFICES) as db:
        due = await deadlines.pause(db, dossier_id, cause="supplement", calendar=make.tools.calendars.of(COMMUNE))
        await db.run("UPDATE dossier SET due_at = NULL, paused_at = $2, alarm_at = NULL WHERE id = $1", dossier_id,
                     due.paused_since)
    return dossier_id


async def test_11_a_pause_with_nothing_that_ends_it(make: Make, sign_in: SignIn) -> None:
    dossier_id = await paused_for_nothing(make)
    with clock.at(clock.now() + timedelta(minutes=30)):
        finding = await the_one(make, dossier_id, Cause.PAUSE_WITHOUT_END)
        await press(sign_in, make, finding, Cause.PAUSE_WITHOUT_END, Deed.GO_ON, "Cho thời hạn chạy tiếp")
        await cleared(make, dossier_id, finding)
    case = await make.case(dossier_id)
    assert case.paused_at is None
    assert case.due_at is not None


async def test_12_a_row_that_is_not_what_its_ledger_says(make: Make, sign_in: SignIn) -> None:
    dossier_id = await received(make)
    await make.worked()
    due = (await make.case(dossier_id)).due_at
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE dossier SET due_at = due_at + interval '30 days' WHERE id = $1", dossier_id)
    finding = await the_one(make, dossier_id, Cause.LEDGER_DISAGREES)
    await press(sign_in, make, finding, Cause.LEDGER_DISAGREES, Deed.FOLLOW_LEDGER, "Lấy lại theo sổ thời hạn")
    assert (await make.case(dossier_id)).due_at == due
    await cleared(make, dossier_id, finding)


async def test_a_dossier_that_lives_as_it_should_is_never_found(make: Make) -> None:
    whole: list[Callable[[], Awaitable[UUID]]] = [
        lambda: received(make), lambda: supplement_asked(make), lambda: sealed(make),
        lambda: sealed(make, channel="online", return_way="online"), lambda: sealed(make, return_way="post"),
    ]
    dossiers = [await one() for one in whole]
    await make.worked()
    for dossier_id in dossiers:
        assert await found(make, dossier_id) == []


async def test_every_office_has_its_turn_within_three_sweeps(make: Make) -> None:
    dossier_id = await received(make)
    await make.worked()
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("DELETE FROM step WHERE dossier_id = $1", dossier_id)
    seen = []
    for turn in range(SHARES):
        await look_around(make.tools, turn=turn)
        seen.append(len(await rows(make, OPEN, dossier_id)))
    assert seen == [0, 0, 1]  # office 2 has the third turn, and the turns of others clear nothing of it
    await look_around(make.tools, turn=0)
    assert len(await rows(make, OPEN, dossier_id)) == 1
    async with make.database.transaction(offices=OFFICES) as db:
        await mending.rebuild(db, make.tools, await open_case(db, make.tools, dossier_id), by=await make.officer("head"))
    assert await found(make, dossier_id) == []


async def test_two_workers_sweep_once(make: Make) -> None:
    async with make.database.transaction(offices=OFFICES) as db:
        await db.value("SELECT pg_advisory_xact_lock(5300053)")
        assert await look_around(make.tools) == Swept(ran=False)
    assert (await look_around(make.tools)).ran


async def test_another_office_sees_nothing_of_it(make: Make, sign_in: SignIn) -> None:
    dossier_id = await received(make)
    await make.worked()
    async with make.database.transaction(offices=OFFICES) as db:
        await db.run("DELETE FROM step WHERE dossier_id = $1", dossier_id)
    (finding,) = await found(make, dossier_id)
    neighbour = await sign_in("head", "phuluong")
    assert str(dossier_id) not in (await neighbour.get("/overview/stuck")).text
    assert (await neighbour.press(f"/overview/stuck/{finding['id']}/rebuild")).status_code == 404
    assert (await (await sign_in("specialist")).press(f"/overview/stuck/{finding['id']}/rebuild")).status_code == 403
    assert (await (await sign_in("head")).press(f"/overview/stuck/{finding['id']}/told")).status_code == 404
    await (await sign_in("head")).press(f"/overview/stuck/{finding['id']}/rebuild")
    assert await found(make, dossier_id) == []

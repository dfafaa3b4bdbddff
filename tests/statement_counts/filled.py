"""The office filled: dossiers at every stage, questions, alerts, a change of the calendar, a frozen report, a goal."""

import itertools
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from app.alerts.models import Alert, AlertKind
from app.dossiers.asking import Ask as Deed
from app.dossiers.case import open_case
from app.dossiers.intake import submit
from app.dossiers.payments import take_at_counter
from app.dossiers.progress import act
from app.journal.service import Actor
from app.kit import clock
from app.org.models import Role
from app.sentinel.models import Finding
from app.sessions import service as sessions
from tests.dossiers.situations import CODE, a_pdf, given, received, sealed
from tests.dossiers.test_consultations import consulted
from tests.factories import COMMUNE, OFFICES, Given
from tests.portal.situations import BIRTH, MARITAL, birth, marital
from tests.statement_counts.house import Ask, House

_days = itertools.count(1)


def closed() -> dict[str, str]:
    """A closure of a day nobody has closed yet."""
    day = datetime(2027, 3, 1, tzinfo=clock.LOCAL) + timedelta(weeks=next(_days))
    return {
        "scope": "H99.08.22", "what": "local-closure", "first": f"{day:%Y-%m-%d}", "last": "", "name": "Nghỉ chống bão",
        "decision": f"Quyết định {next(_days)}/QĐ-UBND (20/11/2026)",
    }


async def fill(house: House) -> None:
    """One of everything, under the names addresses are written with."""
    known, make, me = house.known, house.make, house.citizen
    known["draft"] = str(await make.draft(BIRTH, birth(), me))
    known["sent"] = str(await sent(house, BIRTH, birth()))
    known["asked"] = str(await supplement_asked(house))
    known["shown"] = str(await draft_shown(house))
    known["received"] = str(await received(make))
    known["counter"] = str(await at_counter(house))
    known["late"] = str(await late(house))
    known["issued"] = str(await issued(house))
    known["post"] = str(await packed(house))
    await to_sign(house)
    await to_seal(house)
    known["question"], known["key"] = await question(house)
    known["consulted"] = str(await consulted(make))
    known["theirs"], _ = await question(house, to_us=True)
    await alert(house)
    known["finding"] = await finding(house)
    known["change"] = await change(house)
    known["frozen"] = await frozen(house)
    known["target"] = await target(house)
    await told(house)
    await write_to(house, known["received"])
    await house.make.worked()
    async with make.database.transaction(offices=OFFICES) as db:
        known["paper"] = str(await db.value(_PAPER, UUID(known["draft"])))
        known["scan"] = str(await db.value(_PAPER, UUID(known["sent"])))
        known["counter_paper"] = str(await db.value(_PAPER, UUID(known["counter"])))
        known["code"] = str(await db.value("SELECT code FROM dossier WHERE id = $1", UUID(known["received"])))
        known["sent_code"] = str(await db.value("SELECT code FROM dossier WHERE id = $1", UUID(known["sent"])))
        row = await db.row("SELECT * FROM result WHERE dossier_id = $1", UUID(known["issued"]))
        assert row is not None
        known["verify"], known["store_code"] = row["verify_key"], row["store_code"]
        known["received_task"] = str(await make.step(UUID(known["received"]), "draft_result"))


_PAPER = "SELECT id FROM document WHERE dossier_id = $1 AND kind = 'paper' AND removed_at IS NULL LIMIT 1"


async def sent(house: House, code: str = CODE, what: Given | None = None) -> UUID:
    """Submitted by the citizen who signs in here."""
    dossier_id = await house.make.draft(code, what or given(channel="online", return_way="online"), house.citizen)
    async with house.make.database.transaction(offices=[COMMUNE], citizen=house.citizen.id) as db:
        await submit(db, house.make.tools, await open_case(db, house.make.tools, dossier_id),
                     by=Actor("citizen", house.citizen.id))
    return dossier_id


async def do(house: House, dossier_id: UUID, step: str, action: str, **deed: object) -> None:
    """The officer who may do everything does it."""
    from app.results import service as results

    task_no = await house.make.step(dossier_id, step)
    async with house.make.database.transaction(offices=house.officer.offices) as db:
        if step in ("sign_result", "seal_result"):
            kind = "leader" if step == "sign_result" else "seal"
            deed["previewed_sha256"] = await results.preview_digest(db, dossier_id, kind)
        await act(db, house.make.tools, dossier_id, task_no, Deed(action, **deed), by=house.officer)  # type: ignore[arg-type]


async def supplement_asked(house: House) -> UUID:
    dossier_id = await sent(house, BIRTH, birth())
    await house.make.judged(dossier_id, birth_notification="wrong")
    await do(house, dossier_id, "check_papers", "ask_supplement", reason="Ảnh chụp bị mờ")
    return dossier_id


async def mended(house: House) -> UUID:
    """What was asked for has been sent again, but not yet given back to the office."""
    from app.documents import service as documents

    dossier_id = await supplement_asked(house)
    async with house.make.database.transaction(offices=[COMMUNE], citizen=house.citizen.id) as db:
        await documents.attach(
            db, house.make.tools.store, office_id=COMMUNE, dossier_id=dossier_id, component="birth_notification",
            name="moi.pdf", data=a_pdf(2), added_by=house.citizen.id,
        )
    return dossier_id


async def draft_shown(house: House) -> UUID:
    dossier_id = await sent(house, MARITAL, marital())
    await house.make.judged(dossier_id)
    await do(house, dossier_id, "check_papers", "receive")
    await do(house, dossier_id, "examine", "approve", given={"status": "never_married"})
    await do(house, dossier_id, "draft_result", "draft")
    await house.make.worked()
    return dossier_id


async def issued(house: House) -> UUID:
    """Returned online to the citizen who signs in here; paid, so that it may be opened."""
    dossier_id = await sent(house)
    await house.make.judged(dossier_id)
    for step, action in (("check_papers", "receive"), ("draft_result", "draft"), ("sign_result", "sign"),
                         ("seal_result", "seal")):
        await do(house, dossier_id, step, action)
        await house.make.worked()
    await paid(house, dossier_id)
    return dossier_id


async def paid(house: House, dossier_id: UUID) -> None:
    async with house.make.database.transaction(offices=[COMMUNE]) as db:
        case = await open_case(db, house.make.tools, dossier_id)
        await take_at_counter(db, house.make.tools, case, officer=house.officer)


async def packed(house: House) -> UUID:
    dossier_id = await sealed(house.make, return_way="post")
    await house.make.worked()
    await paid(house, dossier_id)
    return dossier_id


async def at_counter(house: House) -> UUID:
    dossier_id = await house.make.draft(CODE, given())
    async with house.make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE dossier SET assisted_by = $2 WHERE id = $1", dossier_id, house.officer.id)
    return dossier_id


async def late(house: House) -> UUID:
    dossier_id = await received(house.make)
    async with house.make.database.transaction(offices=[COMMUNE]) as db:
        await db.run("UPDATE dossier SET due_at = $2 WHERE id = $1", dossier_id, clock.now() - timedelta(days=3))
    return dossier_id


async def to_sign(house: House) -> UUID:
    dossier_id = await received(house.make)
    await do(house, dossier_id, "draft_result", "draft")
    await house.make.worked()
    return dossier_id


async def to_seal(house: House) -> UUID:
    dossier_id = await to_sign(house)
    await do(house, dossier_id, "sign_result", "sign")
    await house.make.worked()
    return dossier_id


async def question(house: House, *, to_us: bool = False) -> tuple[str, str]:
    """A question about a building permit, to an agency outside or to this very commune: its id and its key."""
    dossier_id = await consulted(house.make)
    async with house.make.database.transaction(offices=OFFICES) as db:
        row = await db.row(
            "UPDATE consultation SET asked_office_id = $2 WHERE dossier_id = $1 AND kind LIKE '%planning%'"
            " RETURNING id, answer_key", dossier_id, COMMUNE if to_us else None,
        )
    assert row is not None
    return str(row["id"]), row["answer_key"]


async def alert(house: House) -> str:
    made = Alert(
        office_id=COMMUNE, dossier_id=UUID(house.known["late"]), kind=AlertKind.TERM_LATE, key=f"thu:{uuid4()}",
        role=Role.SPECIALIST, officer_id=house.officer.id, at=clock.now(),
    )
    async with house.make.database.transaction(offices=OFFICES) as db:
        await db.add(made)
    return str(made.id)


async def finding(house: House) -> str:
    """A job that gave up, found by the sentinel."""
    dossier_id = await received(house.make)
    async with house.make.database.transaction(offices=[COMMUNE]) as db:
        job_id = await db.value("SELECT id FROM job WHERE dossier_id = $1 ORDER BY id LIMIT 1", dossier_id)
        await db.run("UPDATE job SET state = 'stuck', attempts = 8, trouble = 'Máy in nghỉ' WHERE id = $1", job_id)
        made = await db.add(Finding(
            office_id=COMMUNE, dossier_id=dossier_id, cause="job_failed", subject=f"job:{job_id}", facts={"job": job_id},
            since=clock.now(), found_at=clock.now(),
        ))
    house.known["job"] = str(job_id)
    return str(made.id)


async def change(house: House) -> str:
    """A closure that was proposed and whose reach was looked at."""
    made = await _led_to(house, Ask("officer", "/overview/calendar/new", closed()))
    await house.make.worked()
    return made


async def frozen(house: House) -> str:
    return await _led_to(house, Ask("officer", "/overview/reports/06a/freeze", period()))


def period() -> dict[str, str]:
    """Days nobody has frozen yet."""
    today = clock.today()
    return {"from": (today - timedelta(days=next(_days))).isoformat(), "to": today.isoformat(), "note": "Thử"}


async def target(house: House) -> str:
    """A goal nobody has set yet: one goal of a kind may run at a time."""
    async with house.make.database.transaction(offices=OFFICES) as db:
        await db.run("UPDATE target SET withdrawn_at = $1 WHERE withdrawn_at IS NULL", clock.now())
    await ask(house, "POST", Ask("officer", "/overview/targets", GOAL))
    async with house.make.database.transaction(offices=OFFICES) as db:
        return str(await db.value("SELECT id FROM target WHERE withdrawn_at IS NULL"))


GOAL = {"measure": "handling_hours", "goal": "12", "decision": "KH 12", "valid_from-day": "1", "valid_from-month": "1",
        "valid_from-year": "2026"}  # fmt: skip


async def told(house: House) -> None:
    await ask(house, "POST", Ask("province", "/overview/index/inputs", FIGURE | {"period": f"{clock.today():%Y-%m}"}))


FIGURE = {"indicator": "5.2", "numerator": "3", "denominator": "4", "source": "Cổng DVCQG", "office": str(COMMUNE)}


async def write_to(house: House, dossier_id: str) -> None:
    await ask(house, "POST", Ask("officer", f"/desk/dossiers/{dossier_id}/messages", {"body": "Mời anh đến quầy"}))


async def half_in(house: House) -> None:
    """An officer between password and code."""
    async with house.make.database.transaction() as db:
        await db.run("UPDATE officer SET totp_secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' WHERE id = $1", house.officer.id)
        word = await sessions.open_session(db, "officer", officer_id=house.officer.id, stage="code")
        secret = await db.value("SELECT secret FROM session WHERE digest = $1", sessions.digest_of(word))
    from tests.statement_counts.house import Person

    house.people["half in"] = Person(word, secret)


async def ask(house: House, method: str, what: Ask) -> None:
    answer, _ = await house.ask(method, what)
    assert answer.status_code < 400, (what.path, answer.text)


async def _led_to(house: House, what: Ask) -> str:
    answer, _ = await house.ask("POST", what)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"].split("?")[0].rsplit("/", 1)[1])

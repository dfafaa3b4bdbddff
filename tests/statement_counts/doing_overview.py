"""What heads and the province do above the desks."""

import re
from uuid import UUID

from app.kit import clock
from tests.dossiers.situations import received
from tests.statement_counts import filled
from tests.statement_counts.house import Ask, House
from tests.statement_counts.playing import deed


@deed("POST /overview/calendar/new")
async def _propose(house: House) -> Ask:
    return Ask("officer", "/overview/calendar/new", filled.closed())


@deed("POST /overview/calendar/changes/{change_id}/look")
async def _look(house: House) -> Ask:
    return Ask("officer", f"/overview/calendar/changes/{await filled.change(house)}/look")


@deed("POST /overview/calendar/changes/{change_id}/drop")
async def _drop(house: House) -> Ask:
    return Ask("officer", f"/overview/calendar/changes/{await filled.change(house)}/drop")


@deed("POST /overview/calendar/changes/{change_id}/apply")
async def _apply(house: House) -> Ask:
    await house.make.worked()
    change = f"/overview/calendar/changes/{await filled.change(house)}"
    asked, _ = await house.ask("GET", Ask("officer", f"{change}/confirm"))
    moved = re.search(r'name="moved" value="(\d+)"', asked.text)
    assert moved is not None
    return Ask("officer", f"{change}/apply", {"moved": moved[1]})


@deed("POST /overview/index/inputs")
async def _tell(house: House) -> Ask:
    return Ask("province", "/overview/index/inputs", filled.FIGURE | {"period": f"{clock.today():%Y-%m}"})


@deed("POST /overview/late/{dossier_id}/apology")
async def _apologise(house: House) -> Ask:
    day = house.make.tools.calendar.working_day_after(clock.today(), 3)
    sent = {f"expected-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    return Ask("officer", f"/overview/late/{await filled.late(house)}/apology", {"reason": "Phải xác minh thêm.", **sent})


@deed("POST /overview/late/{dossier_id}/cause")
async def _cause(house: House) -> Ask:
    return Ask("officer", f"/overview/late/{await filled.late(house)}/cause", {"cause": "workload", "words": "Nghỉ ốm"})


@deed("POST /overview/late/{dossier_id}/remind")
async def _remind(house: House) -> Ask:
    dossier_id = await filled.late(house)
    task, to = await house.make.step(dossier_id, "draft_result"), await house.make.officer("specialist")
    await filled.ask(house, "POST", Ask("officer", "/overview/steps/assign", _given([f"{dossier_id}:{task}"], to.id)))
    return Ask("officer", f"/overview/late/{dossier_id}/remind", {"task": str(task)})


@deed("POST /overview/reports/{form}/freeze")
async def _freeze(house: House) -> Ask:
    return Ask("officer", "/overview/reports/06b/freeze", filled.period())


def _given(steps: list[str], to: UUID) -> dict[str, object]:
    return {"step": steps, "to": str(to), "why": "Nghỉ"}


async def _steps(house: House, many: int) -> list[str]:
    found = []
    for _ in range(many):
        dossier_id = await received(house.make)
        found.append(f"{dossier_id}:{await house.make.step(dossier_id, 'draft_result')}")
    return found


@deed("POST /overview/steps/assign")
async def _assign(house: House) -> Ask:
    to = await house.make.officer("specialist")
    return Ask("officer", "/overview/steps/assign", _given(await _steps(house, 1), to.id))


@deed("POST /overview/steps/assign-all")
async def _assign_all(house: House) -> Ask:
    giver, to = await house.make.colleague("specialist"), await house.make.officer("specialist")
    await filled.ask(house, "POST", Ask("officer", "/overview/steps/assign", _given(await _steps(house, 1), giver.id)))
    return Ask("officer", "/overview/steps/assign-all", {"officer": str(giver.id), "to": str(to.id), "sure": "yes"})


@deed("POST /overview/stuck/{finding_id}/{deed}")
async def _mend(house: House) -> Ask:
    return Ask("officer", f"/overview/stuck/{await filled.finding(house)}/again")


@deed("POST /overview/targets")
async def _target(house: House) -> Ask:
    await filled.target(house)
    return Ask("officer", "/overview/targets", filled.GOAL | {"measure": "online_rate", "goal": "40"})


@deed("POST /overview/targets/{target_id}/withdraw")
async def _no_target(house: House) -> Ask:
    return Ask("officer", f"/overview/targets/{await filled.target(house)}/withdraw")

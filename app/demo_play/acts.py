"""What people do next in a story: the applicant, the counter, the specialist, the leader, other agencies, the post."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid5

import httpx2

from app.consultations.models import Consultation
from app.demo_play.beginning import begin, submit
from app.demo_play.stage import NAMESPACE, Scene, Stage
from app.demo_play.steps import do_step, mend
from app.demo_play.stories import Story
from app.dossiers import lateness, payments, posting, wishes
from app.dossiers.case import open_case, open_case_of_citizen
from app.dossiers.models import DossierState
from app.dossiers.states import ENDED
from app.gateways.errors import GatewayDown, GatewayRefused
from app.gateways.post import PostEvent, ShipmentState
from app.journal.service import Actor
from app.kit import clock

DAY: Final = 8 * 60  # office minutes
PARCEL: Final = {"delivered": ShipmentState.DELIVERED, "returned": ShipmentState.RETURNED}
ON_ITS_WAY: Final = frozenset({"ordered", "handed_over", "in_transit", "failed_attempt"})


@dataclass(frozen=True, slots=True)
class Act:
    """What happens next and when; without `do` nothing is to be done before something wakes by itself."""

    at: datetime
    do: Callable[[], Awaitable[None]] | None = None


async def next_act(stage: Stage, story: Story, moment: datetime) -> Act | None:
    """The next thing in a story as its dossier stands; None when nothing more happens for now."""
    scene = await stage.scene(story)
    if scene is None:
        return Act(stage.begins(story), lambda: begin(stage, story))
    if scene.state == DossierState.DRAFT:
        return None if story.stays == "draft" else Act(_after(stage, story, scene, 9), lambda: submit(stage, story, scene))
    if DossierState(scene.state) in ENDED:
        return None
    wished = _wish(stage, story, scene) or _outside(stage, story, scene) or _step(stage, story, scene)
    if wished is not None:
        return wished
    return Act(max(scene.wakes_at, moment) + timedelta(minutes=1)) if scene.wakes_at else None


def _after(stage: Stage, story: Story, scene: Scene, minutes: int) -> datetime:
    return stage.tools.calendar.add_working_minutes(scene.last_at, minutes)


def _wish(stage: Stage, story: Story, scene: Scene) -> Act | None:
    """What the applicant or the head wants of the whole dossier."""
    if scene.state == DossierState.SUPPLEMENT_REQUESTED:
        if story.supplement == "never":
            return None
        return Act(_after(stage, story, scene, DAY // 2), lambda: mend(stage, story, scene))
    there = story.stays in {step.name for step in scene.steps}
    if story.ends and there:
        return Act(_after(stage, story, scene, 90), lambda: _end(stage, story, scene))
    if story.extended and there and not scene.events["dossier.extended"]:
        return Act(_after(stage, story, scene, 45), lambda: _extend(stage, story, scene))
    late = _late(stage, story, scene)
    if late is not None:
        return late
    if scene.messages < len(story.messages) and scene.state != DossierState.SUBMITTED:
        return Act(_after(stage, story, scene, 20), lambda: _write(stage, story, scene))
    # Once: where the platform keeps its outcome to itself, the office goes on and asks it later.
    pays = scene.owed and story.pays and not scene.events["payment.started"]
    if pays and (scene.state != DossierState.SUBMITTED or story.channel == "online"):
        return Act(_after(stage, story, scene, 6), lambda: _pay(stage, story, scene))
    return None


def _late(stage: Stage, story: Story, scene: Scene) -> Act | None:
    """Nobody gets to it before it is late; then the head says why, and may apologise all the same."""
    if not story.cause or scene.due_at is None:
        return None
    if not scene.events["late.explained"]:
        after_due = stage.tools.calendar.add_working_minutes(scene.due_at, 50)
        return Act(max(_after(stage, story, scene, 5), after_due), lambda: _explain(stage, story, scene))
    if story.apologised and not scene.events["apology.written"]:
        return Act(_after(stage, story, scene, 25), lambda: _apologise(stage, story, scene))
    return None


def _outside(stage: Stage, story: Story, scene: Scene) -> Act | None:
    """Other agencies and the post."""
    if scene.questions and story.consulted == "answered":
        return Act(_after(stage, story, scene, DAY - 30), lambda: _answer(stage, scene))
    if story.parcel and scene.delivery is not None and scene.delivery["state"] in ON_ITS_WAY and not scene.steps:
        return Act(_after(stage, story, scene, DAY), lambda: _parcel(stage, story, scene))
    return None


def _step(stage: Stage, story: Story, scene: Scene) -> Act | None:
    step = next((one for one in scene.steps if one.name != story.stays), None)
    if step is None:
        return None
    at = _after(stage, story, scene, stage.pause(story, scene, step.name))
    return Act(at, lambda: do_step(stage, story, scene, step))


async def _end(stage: Stage, story: Story, scene: Scene) -> None:
    head = await stage.officer("head", story.office)
    async with stage.tools.database.transaction(offices=[scene.office_id]) as db:
        case = await open_case(db, stage.tools, scene.id)
        if story.ends == "withdrawn":
            await wishes.withdraw(
                db, stage.tools, case, by=Actor("citizen", case.applicant_id), reason="Tôi chưa cần giấy này nữa."
            )
        else:
            await wishes.stop(
                db, stage.tools, case, officer=head, reason="Chủ đất đề nghị dừng vì đang chia lại thửa đất (mẫu)."
            )


async def _extend(stage: Stage, story: Story, scene: Scene) -> None:
    calendar = stage.tools.calendar
    assert scene.due_at is not None
    new_due = calendar.closing(calendar.working_day_after(scene.due_at.astimezone(clock.LOCAL).date(), 4))
    head = await stage.officer("head", story.office)
    async with stage.tools.database.transaction(offices=[scene.office_id]) as db:
        await wishes.extend(
            db, stage.tools, await open_case(db, stage.tools, scene.id), officer=head, new_due=new_due,
            reason="Phải tra cứu thêm sổ giấy năm cũ (mẫu).", basis="Nghị định 118/2025/NĐ-CP, Điều 19 khoản 9",
        )


async def _explain(stage: Stage, story: Story, scene: Scene) -> None:
    head = await stage.officer("head", story.office)
    async with stage.tools.database.transaction(offices=[scene.office_id]) as db:
        await lateness.say_cause(
            db, await open_case(db, stage.tools, scene.id), officer=head, cause=story.cause,
            words="Đã xem với bộ phận (mẫu).",
        )


async def _apologise(stage: Stage, story: Story, scene: Scene) -> None:
    calendar, head = stage.tools.calendars.of(scene.office_id), await stage.officer("head", story.office)
    expected = calendar.closing(calendar.working_day_after(clock.today(), 4))
    async with stage.tools.database.transaction(offices=[scene.office_id]) as db:
        await lateness.apologise(
            db, stage.tools, await open_case(db, stage.tools, scene.id), officer=head, expected=expected,
            reason="Chờ nơi cư trú trước đây trả lời (mẫu).",
        )


async def _write(stage: Stage, story: Story, scene: Scene) -> None:
    who, words = story.messages[scene.messages]
    async with stage.tools.database.transaction(offices=[scene.office_id]) as db:
        case = await open_case(db, stage.tools, scene.id)
        officer = await stage.officer("specialist", story.office, story.procedure)
        by = Actor("citizen", case.applicant_id) if who == "citizen" else Actor("officer", officer.id)
        await wishes.write_message(db, stage.tools, case, by=by, body=words)


async def _pay(stage: Stage, story: Story, scene: Scene) -> None:
    """Online where there is a platform, else over the counter. The platform lives today: past money came by hand."""
    lately = stage.now - clock.now() < timedelta(hours=36)
    if lately and story.channel == "online" and stage.tools.payment is not None:
        try:
            await _pay_online(stage, scene)
        except (GatewayDown, GatewayRefused, httpx2.HTTPError):
            return
        return
    officer = await stage.officer("reception", story.office)
    async with stage.tools.database.transaction(offices=[scene.office_id]) as db:
        await payments.take_at_counter(db, stage.tools, await open_case(db, stage.tools, scene.id), officer=officer)


async def _pay_online(stage: Stage, scene: Scene) -> None:
    tools = stage.tools
    async with tools.database.transaction(offices=[scene.office_id]) as db:
        case = await open_case(db, tools, scene.id)
        url = await payments.start_online(db, tools, case, return_url=f"{tools.public_url}/")
    async with httpx2.AsyncClient(timeout=10, trust_env=False) as browser:
        await browser.post(url, data={"action": "pay"})
    async with tools.database.transaction(offices=[scene.office_id]) as db:
        case = await open_case_of_citizen(db, tools, scene.id, case.applicant_id)
        await payments.back_from_platform(db, tools, case)


async def _answer(stage: Stage, scene: Scene) -> None:
    """An agency outside answers by its link, a commune of this house by its specialist."""
    question = scene.questions[0]
    asked = Consultation(**dict(question))
    word = next((word for word, office in stage.offices.items() if office == asked.asked_office_id), "")
    by = (await stage.officer("specialist", word)).id if word else None
    async with stage.tools.database.transaction(offices=stage.offices.values()) as db:
        await wishes.answer_consultation(
            db, stage.tools, asked, opinion="confirmed" if "commune" in asked.kind else "agree",
            words="Đã xem hồ sơ, thống nhất (mẫu).", by=by,
        )


async def _parcel(stage: Stage, story: Story, scene: Scene) -> None:
    """What became of the parcel, by the post's own book where there is one: it is told how it went, and then asked."""
    kind, order = PARCEL[story.parcel], str(scene.delivery["id"])
    received_by = story.who.name if kind is ShipmentState.DELIVERED else ""
    reason = "" if kind is ShipmentState.DELIVERED else "Không có người nhận"
    events = await _by_the_book(stage, order, kind, received_by, reason)
    if not events:
        events = [PostEvent(
            event_id=str(uuid5(NAMESPACE, f"{story.key}/{kind.value}")), order_number=order,
            shipment_number=scene.delivery["shipment_code"] or "", kind=kind, at=clock.now(), attempt=1,
            received_by=received_by, reason=reason,
        )]
    async with stage.tools.database.transaction() as db:
        for event in events:
            await posting.on_post_event(db, stage.tools, event)


async def _by_the_book(
    stage: Stage, order: str, kind: ShipmentState, received_by: str, reason: str
) -> list[PostEvent]:
    """The last event the simulated post knows of this order; none where no post is connected, or it is away."""
    if stage.tools.post is None or not stage.post_url:
        return []
    told = {"order_number": order, "kind": kind.value, "at": clock.now().isoformat(), "received_by": received_by,
            "reason": reason}
    try:
        async with httpx2.AsyncClient(timeout=10, trust_env=False) as client:
            answer = await client.post(f"{stage.post_url.rstrip('/')}/_happened", json=told)
        known = await stage.tools.post.track(order) if answer.status_code == 200 else None
    except (GatewayDown, GatewayRefused, httpx2.HTTPError):
        return []
    return [one for one in known.events if one.kind is kind] if known else []

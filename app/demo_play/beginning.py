"""How a dossier begins: filled in at home, or by the counter for a person who stands there and agrees."""

from dataclasses import replace

from app.citizens.models import Citizen
from app.citizens.service import welcome
from app.demo_play.papers import picture, scan
from app.demo_play.stage import Scene, Stage, submission_key
from app.demo_play.stories import Story
from app.documents import service as documents
from app.dossiers import drafts, intake
from app.dossiers.case import Case, open_case
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.procedures.conditions import holds
from app.procedures.package import Component
from app.smoke.filling import Persona, fill_page

TERRITORY = {"tanmai": "99022", "phuluong": "99023"}
HALF = 4  # pages of a form somebody began and left


async def begin(stage: Stage, story: Story) -> None:
    """The draft with its answers, its papers and the way of return, in one transaction."""
    office_id = stage.offices[story.office]
    counter = await stage.officer("reception", story.office) if story.channel != "online" else None
    async with stage.tools.database.transaction(offices=[office_id]) as db:
        citizen = await welcome(db, story.who, language=story.language)
        citizen.language = story.language
        await db.act_for(offices=[office_id], citizen=citizen.id)
        dossier_id = await drafts.start_draft(
            db, stage.tools, procedure_code=story.procedure, office_id=office_id, citizen=citizen, channel=story.channel,
            assisted_by=counter.id if counter else None,
            consent={
                "how": "spoken" if story.channel == "counter" else "written", "at": clock.now().isoformat(),
                **({"handed_at": clock.now().isoformat()} if story.channel == "post" else {}),
            } if counter else None,
        )
        await db.run("UPDATE dossier SET submission_key = $2 WHERE id = $1", dossier_id, submission_key(story))
        case = await open_case(db, stage.tools, dossier_id)
        await _fill(db, stage, story, case)
        if story.stays == "draft":
            return
        case = await open_case(db, stage.tools, dossier_id)
        for component, required in case.procedure.components_for(case.facts, case.channel):
            if required and component.how == "submit":
                await attach(db, stage, case, component, citizen, counter.id if counter else citizen.id)
        await drafts.choose_return(db, case, story.way, _address(story) if story.way == "post" else {})


async def submit(stage: Stage, story: Story, scene: Scene) -> None:
    """Hand it in."""
    counter = await stage.officer("reception", story.office)
    async with stage.tools.database.transaction(offices=[scene.office_id]) as db:
        case = await open_case(db, stage.tools, scene.id)
        by = Actor("officer", counter.id) if case.assisted_by else Actor("citizen", case.applicant_id)
        await intake.submit(db, stage.tools, case, by=by)
    if story.undeliverable:
        await stage.get_stuck(scene.id, "MailDown: 451 4.4.1 không tìm thấy máy chủ thư của người nhận (mẫu)")


async def attach(
    db: Db, stage: Stage, case: Case, component: Component, citizen: Citizen, by: object, again: int = 0
) -> None:
    """A synthetic paper under a component: drawings and copies as scans, the rest as photographs."""
    title = component.name.vi
    many = "drawings" in component.id or component.id == "original"
    data = scan(title, citizen.name, 3 if "drawings" in component.id else 2) if many and not again else picture(
        title, citizen.name, again + 1
    )
    await documents.attach(
        db, stage.tools.store, office_id=case.office_id, dossier_id=case.id, component=component.id,
        name=f"{title}.{'pdf' if data.startswith(b'%PDF') else 'jpg'}"[-80:], data=data, added_by=by,  # type: ignore[arg-type]
        most_files=component.most_files, source="counter" if case.assisted_by else "applicant",
        copy_kind=component.copies[0],
    )


def persona_of(story: Story) -> Persona:
    """What the story's applicant types."""
    who = story.who
    names = ("year", "month", "day")
    return Persona(
        name=who.name, personal_number=who.personal_number or "000199000000",
        birth={name: part for name, part in zip(names, who.birth, strict=True) if part is not None},
        phone=who.phone or "0900000000", email=who.email, territory=TERRITORY[story.office],
        sex="nữ" if who.sex == "female" else "nam", address=who.address or "",
    ).saying(story.words)


async def _fill(db: Db, stage: Stage, story: Story, case: Case) -> None:
    persona, saved = persona_of(story), 0
    for page in case.procedure.form.pages:
        case = replace(case, facts=await drafts.refresh_facts(db, case))
        if page.when is not None and not holds(page.when, case.facts):
            continue
        if story.stays == "draft" and saved == HALF:
            return
        values = fill_page(page.model_dump(mode="json"), persona, clock.today())
        await drafts.save_page(db, stage.tools, case, page.id, values)
        saved += 1


def _address(story: Story) -> dict[str, object]:
    return {
        "name": story.who.name, "phone": story.who.phone or "0900000000",
        "address": {"province": "99", "commune": TERRITORY[story.office], "street": "Thôn Đình"},
    }

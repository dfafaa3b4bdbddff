"""Do a step of a drawing as its officer or the applicant would."""

from typing import Final

from app.citizens.models import Citizen
from app.demo_play.beginning import attach, persona_of
from app.demo_play.stage import OpenStep, Scene, Stage
from app.demo_play.stories import Story
from app.dossiers import checklist, wishes
from app.dossiers.asking import Ask
from app.dossiers.case import Case, open_case
from app.dossiers.drafting import answers_of
from app.dossiers.drafts import save_page
from app.dossiers.progress import act, act_as_applicant
from app.journal.service import Actor
from app.kit import clock
from app.kit.db import Db
from app.org.people import SignedOfficer
from app.procedures.package import Action
from app.results import service as results
from app.smoke.filling import fill_fields
from app.steps import service as steps

REASONS: Final = {
    "ask_supplement": "Bản chụp bị mờ và thiếu trang sau. Xin gửi lại bản rõ, đủ trang.",
    "refuse": "Bản chính có dấu hiệu tẩy xoá nên không chứng thực được (mẫu).",
    "refuse_at_intake": "Việc này không thuộc thẩm quyền của xã. Xin nộp tại cơ quan cấp bản chính (mẫu).",
    "agree_time": "Số lượng nhiều, cần thêm thời gian đối chiếu.",
    "send_back": "Số trang trong lời chứng chưa khớp với bản chính.",
    "correct": "Tên đệm của con thiếu dấu.",
}
SIGNING: Final = {"order_signature": "leader", "order_seal": "seal"}


async def do_step(stage: Stage, story: Story, scene: Scene, step: OpenStep) -> None:
    """Finish an open step by the action the story wants, or the ordinary one."""
    person = persona_of(story)
    async with stage.tools.database.transaction(offices=[scene.office_id]) as db:
        case = await open_case(db, stage.tools, scene.id)
        rule = case.procedure.procedure.steps[step.name]
        action = _chosen(rule.actions, story.choices.get(step.name, ()), scene.finished[step.name])
        fields = [one.model_dump(mode="json") for one in action.fields]
        given = fill_fields(fields, person, clock.today(), step.name)
        ask = Ask(
            action.id, given, REASONS.get(action.id, "Theo hồ sơ (mẫu).") if action.reason else None,
            await results.preview_digest(db, case.id, SIGNING[action.command]) if action.command in SIGNING else None,
        )
        if step.role == "applicant":
            await act_as_applicant(db, stage.tools, case, step.task_no, ask, citizen_id=case.applicant_id)
            return
        officer = await stage.officer(step.role, story.office, story.procedure)
        if action.command == "ask_supplement" and case.supplements_asked:
            officer = await stage.officer("head", story.office)  # a second request is the head's, who stands in (R6)
        else:
            await steps.claim(db, case.id, step.task_no, officer_id=officer.id, roles=officer.roles)
        if rule.checklist or action.command == "ask_supplement":
            await _judge(db, case, officer, complain=action.command == "ask_supplement")
        await act(db, stage.tools, case.id, step.task_no, ask, by=officer)


async def mend(stage: Stage, story: Story, scene: Scene) -> None:
    """The applicant sends what was asked for."""
    async with stage.tools.database.transaction(offices=[scene.office_id]) as db:
        case = await open_case(db, stage.tools, scene.id)
        citizen = await db.get(Citizen, case.applicant_id)
        assert citizen is not None
        request = await wishes.open_request(db, case)
        items = request["items"]
        assert isinstance(items, list)
        for item in items:
            component = case.procedure.procedure.component(item["component"])
            if component is not None and component.how == "submit":
                await attach(db, stage, case, component, citizen, citizen.id, again=scene.events["supplement.requested"])
        first = case.procedure.form.pages[0].id
        await save_page(db, stage.tools, case, first, (await answers_of(db, case.id))[first])
        await wishes.answer_supplement(db, stage.tools, case, by=Actor("citizen", case.applicant_id))


def _chosen(actions: tuple[Action, ...], wanted: tuple[str, ...], before: int) -> Action:
    if before < len(wanted):
        return next(one for one in actions if one.id == wanted[before])
    return next((one for one in actions if one.tone == "primary"), actions[0])


async def _judge(db: Db, case: Case, officer: SignedOfficer, *, complain: bool) -> None:
    """A verdict on every paper; with a complaint, the first one that was handed in is wrong."""
    for line in await checklist.lines(db, case):
        wrong = complain and line.component.how == "submit"
        complain = complain and not wrong
        await checklist.judge(
            db, case, line.component.id, "wrong" if wrong else "ok", "Mờ, thiếu trang sau." if wrong else None, officer.id
        )

"""Work of the machine that needs a person: what, why, and a button to try again."""

from typing import Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.desk.frame import desk_frame, say
from app.dossiers import queries_signing as queries
from app.faces.access import OfficerVisit
from app.faces.pages import render
from app.faces.speaking import speaking, words
from app.jobs import service as jobs
from app.kit import words as kit_words
from app.kit.words import N_

router = APIRouter(prefix="/desk", include_in_schema=False, dependencies=[Depends(desk_frame)])
JOBS: Final = {
    "look_up_marriage": N_("Tra cứu đăng ký kết hôn"), "fetch_personal_number": N_("Lấy số định danh"),
    "show_draft": N_("In dự thảo"), "make_result": N_("Lấy số và in kết quả"), "apply_signature": N_("Ký số"),
    "apply_seal": N_("Đóng dấu"), "order_shipment": N_("Đặt bưu gửi"), "print_form": N_("In phiếu"),
    "send_notice": N_("Gửi thông báo"), "check_payment": N_("Hỏi nền tảng thanh toán"),
    "hand_over_to_post": N_("Báo danh sách bàn giao cho bưu chính"), "track_shipment": N_("Hỏi đường đi bưu gửi"),
}
CHANNELS: Final = {"email": N_("Thư điện tử"), "sms": N_("Tin nhắn điện thoại")}


@router.get("/stuck")
async def stuck(request: Request, visit: OfficerVisit) -> Response:
    """Every stuck piece of outside work of these offices, and notices nobody received."""
    found = await queries.stuck_jobs(visit.db, offices=visit.officer.offices)
    failed = await queries.failed_notices(visit.db, offices=visit.officer.offices)
    with speaking(visit.language):
        return render(
            request, "desk/stuck/list.html",
            jobs=[{**one, "words": words(JOBS.get(one["name"], one["name"]))} for one in found],
            notices=[{**one, "way": words(CHANNELS.get(one["channel"], one["channel"])),
                      "cause": words(one["trouble"]) if one["trouble"] else ""} for one in failed],
        )


@router.post("/stuck/{job_id}/again")
async def again(visit: OfficerVisit, job_id: int) -> Response:
    """Try it once more from the start; what was already done is not done twice. Row-level security keeps to one's own."""
    freed = await jobs.free(visit.db, job_id) if 0 < job_id < 2**62 else False
    message = N_("Máy đang thử lại.") if freed else N_("Việc này không còn bị kẹt.")
    await say(visit, kit_words.say(message, visit.language), kind="good" if freed else "warn")
    return RedirectResponse("/desk/stuck", status_code=303)

"""The gallery's pages: `/gallery`, and `/gallery/<part>` for each template in `templates/parts`. Public, invented data."""

from typing import Any

from fastapi import Depends, Request, Response
from fastapi.responses import HTMLResponse

from app.faces.access import open_to_all
from app.faces.frame import Announcement, Frame, Office, WayItem
from app.faces.pages import page_language, render
from app.faces.refusals import KINDS, refusal
from app.faces.routes import Router
from app.gallery import samples
from app.gallery.why_sample import why_sample
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_

router = Router(prefix="/gallery", include_in_schema=False, dependencies=[Depends(open_to_all)])

OFFICE = Office(
    short="xã Tân Mai",
    place="Xã Tân Mai, tỉnh Thanh Giang",
    centre="Trung tâm Phục vụ hành chính công xã Tân Mai",
    address="Thôn Đình, xã Tân Mai",
    hours="Thứ Hai đến thứ Sáu, 7:00–11:30 và 13:30–17:00",
    phone="0200 355 0101",
)

# The part, its title, and the layout it is mostly seen in.
PARTS: dict[str, tuple[str, str]] = {
    "say": (N_("Hạn trả, trạng thái, thông báo"), "portal"),
    "home": (N_("Trang đầu"), "portal"),
    "way": (N_("Đường đi"), "portal"),
    "form": (N_("Biểu mẫu"), "portal"),
    "question": (N_("Một câu hỏi"), "portal"),
    "case": (N_("Một hồ sơ"), "portal"),
    "why": (N_("Vì sao hạn là ngày này?"), "portal"),
    "counter": (N_("Tại quầy"), "desk"),
    "lists": (N_("Danh sách việc"), "desk"),
    "paper": (N_("Giấy tờ"), "desk"),
    "chart": (N_("Con số và biểu đồ"), "desk"),
    "slips": (N_("Giấy hẹn và phiếu"), "print"),
}

PORTAL = Frame(
    office=OFFICE,
    home="/gallery",
    way=(WayItem("/gallery/way", "Thủ tục"), WayItem("/gallery/case", "Tra cứu hồ sơ"), WayItem("/gallery", "Đăng nhập")),
    strip=Announcement(
        "Đăng nhập VNeID đang chậm từ 8:15.", "Bạn vẫn tra cứu được bằng mã hồ sơ, hoặc nộp tại quầy.", "warn"
    ),
    foot=(WayItem("/gallery", "Góp ý, phản ánh"), WayItem("/gallery", "Khả năng tiếp cận")),
)
DESK = Frame(
    office=OFFICE,
    home="/gallery",
    way=(
        WayItem("/gallery/lists", "Việc của tôi"),
        WayItem("/gallery/counter", "Tiếp nhận"),
        WayItem("/gallery/paper", "Ký số", 3, "văn bản chờ ký"),
        WayItem("/gallery/say", "Trả kết quả"),
        WayItem("/gallery/chart", "Điều hành"),
    ),
    person="Hà Minh Tú",
    sign_out="/gallery",
    find="/gallery/lists",
    foot=(WayItem("/gallery", "Báo lỗi"),),
    shortcuts=(("j", "hồ sơ sau"), ("k", "hồ sơ trước")),
)
FRAMES = {"portal": PORTAL, "desk": DESK, "print": PORTAL}


@router.get("", response_class=HTMLResponse)
async def index(request: Request) -> HTMLResponse:
    """The list of parts."""
    request.state.frame = PORTAL
    items = [{"href": f"/gallery/{name}", "words": title} for name, (title, _) in PARTS.items()]
    statuses = [{"href": f"/gallery/refusal/{status}", "words": kind.title} for status, kind in KINDS.items()]
    return render(request, "gallery/index.html", items=items, statuses=statuses)


@router.get("/refusal/{status}")
async def refused(request: Request, status: int) -> Response:
    """What a refusal of this kind looks like."""
    if status not in KINDS:
        raise NotFound
    request.state.frame = PORTAL
    return refusal(request, status, samples.REFUSED, code="7f3a-20c1")


@router.get("/{part}", response_class=HTMLResponse)
async def part(request: Request, part: str, layout: str = "") -> HTMLResponse:
    """One part, all its states. `?layout=desk` shows the same in the other density."""
    if part not in PARTS:
        raise NotFound
    title, usual = PARTS[part]
    chosen = layout if layout in FRAMES else usual
    request.state.frame = FRAMES[chosen]
    shown: dict[str, Any] = {
        "title": title,
        "layout": f"{chosen}.html",
        "errors": samples.ERRORS if part in ("form", "question") else (),
        **samples.everything(),
        **({"account": why_sample(page_language(request))} if part == "why" else {}),
    }
    with clock.at(samples.NOW):
        return render(request, f"gallery/{part}.html", **shown)

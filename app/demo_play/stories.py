"""What happened in the demonstration's communes over the last weeks: about sixty stories, told in advance.

A story says where it begins, which turns it takes, and where it stops for now. What is not said goes the ordinary way.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from app.citizens.service import Identity
from app.demo_play.applicants import LONG_NAME, NEIGHBOURS, SIGN_INS, UNUSUAL

BIRTH, COPY, MARITAL, PERMIT = "1.001193", "2.000815", "1.004873", "1.013225"
CHILDREN: Final = (
    "Nguyễn Mẫu An", "Lê Thử Bình", "Trần Thị Mẫu Chi", "Phạm Ví Dụ Dương", "Hoàng Mẫu Giang", "Vũ Thị Thử Hân",
    "Đặng Mẫu Khôi", "Bùi Thị Ví Dụ Lam", "Đỗ Mẫu Minh", "Hồ Thị Thử Nga",
)


@dataclass(frozen=True, slots=True)
class Story:
    """One dossier. `ago`: working days before today; `at`: hour on that day. `words`: answers that are not ordinary."""

    key: str
    procedure: str
    who: Identity
    ago: int
    at: str
    channel: Literal["counter", "online", "post"] = "counter"
    way: Literal["counter", "online", "post"] = "counter"
    office: str = "tanmai"
    words: Mapping[str, Any] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # step → actions, in turn
    stays: str = ""             # the step it waits at, or "draft", "submitted"
    slow: Mapping[str, int] = field(default_factory=dict)  # step → office minutes somebody lets it lie
    supplement: Literal["answered", "never"] = "answered"
    consulted: Literal["answered", "silent"] = "answered"
    pays: bool = True
    ends: Literal["", "withdrawn", "stopped"] = ""
    extended: bool = False
    cause: str = ""             # it gets late, and this is why: a word of workflows/reports/causes.toml
    apologised: bool = False    # late already, the head writes to the applicant all the same
    parcel: Literal["", "delivered", "returned"] = "delivered"
    messages: tuple[tuple[str, str], ...] = ()  # who writes (citizen, officer), what
    undeliverable: bool = False
    language: str = "vi"


def stories() -> tuple[Story, ...]:
    """All of them, the same at every call."""
    return tuple(_births()) + tuple(_copies()) + tuple(_marital()) + tuple(_permits()) + tuple(_neighbour())


def _parents(number: int) -> dict[str, Any]:
    """Answers about a child of the `number`-th couple."""
    he, she = NEIGHBOURS[2 * number], NEIGHBOURS[2 * number + 1]
    names = ("year", "month", "day")
    return {
        "relation.requester_relation": "mother", "child.name": CHILDREN[number % len(CHILDREN)],
        "child.sex": "nữ" if "Thị" in CHILDREN[number % len(CHILDREN)] else "nam",
        "child_birth.place": "Trạm Y tế xã Tân Mai, tỉnh Thanh Giang", "birth_proof.number": f"{number + 11:03d}/GCS",
        "mother.name": she.name, "mother.personal_number": she.personal_number,
        "mother.born_on": dict(zip(names, she.birth, strict=True)),
        "father.name": he.name, "father.personal_number": he.personal_number,
        "father.born_on": dict(zip(names, he.birth, strict=True)), "copies.copies": number % 4,
    }


def _births() -> Iterator[Story]:
    def birth(key: str, number: int, ago: int, at: str, **more: Any) -> Story:
        words = {**_parents(number), **more.pop("words", {})}
        who = more.pop("who", NEIGHBOURS[2 * number + 1])
        return Story(f"birth-{key}", BIRTH, who, ago, at, words=words, **more)

    yield birth("counter", 0, 16, "08:05")
    yield birth("two-copies", 2, 12, "09:10")
    yield birth("online", 4, 9, "19:40", channel="online", way="online")
    yield birth("by-post", 6, 14, "10:20", channel="online", way="post")
    yield birth("parcel-back", 8, 13, "14:05", channel="online", way="post", parcel="returned")
    yield birth("on-the-road", 10, 3, "08:30", channel="online", way="post", parcel="")
    yield birth("after-three", 1, 5, "15:40")
    yield birth("paper-wrong", 3, 8, "08:15", choices={"check_papers": ("ask_supplement", "ask_supplement")})
    yield birth("paper-awaited", 5, 2, "09:30", choices={"check_papers": ("ask_supplement",)}, supplement="never")
    yield birth("paper-never-came", 7, 15, "13:45", choices={"check_papers": ("ask_supplement",)}, supplement="never")
    yield birth("silent-parent", 9, 6, "20:15", channel="online", way="counter", stays="confirm_draft")
    yield birth("draft-corrected", 12, 7, "07:50", channel="online", way="online", who=SIGN_INS[0],
                choices={"confirm_draft": ("correct",)},
                messages=(("citizen", "Tên con tôi thiếu dấu, xin sửa giúp."),
                          ("officer", "Đã sửa. Anh chị xem lại bản dự thảo mới.")))
    yield birth("wait-for-parent", 14, 0, "07:35", channel="online", way="online", who=SIGN_INS[0], stays="confirm_draft")
    yield birth("at-signature", 16, 1, "09:20", stays="sign_result")
    yield birth("at-seal", 18, 1, "10:05", stays="seal_result")
    yield birth("overdue", 20, 3, "08:50", stays="examine", cause="system")
    yield birth("ready", 22, 2, "10:40", stays="return_result")
    yield birth("at-intake", 24, 0, "08:20", channel="online", way="online", who=SIGN_INS[2], stays="check_papers")
    yield birth("half-filled", 26, 1, "21:10", channel="online", who=SIGN_INS[0], stays="draft")
    yield birth("english", 27, 4, "11:05", channel="online", way="online", language="en", stays="sign_result")


def _copies() -> Iterator[Story]:
    def copy(key: str, number: int, ago: int, at: str, pages: int = 2, copies: int = 3, **more: Any) -> Story:
        words = {
            "document.name": "Bằng tốt nghiệp trung học phổ thông (mẫu)", "document.number": f"M{number:05d}",
            "document.issuer": "Trường THPT Mẫu", "document.pages": pages, "output.copies": copies,
            "output.format": more.pop("format", "paper"), "draft_result.pages_compared": pages,
            **more.pop("words", {}),
        }
        return Story(f"copy-{key}", COPY, more.pop("who", NEIGHBOURS[40 + number]), ago, at, words=words, **more)

    yield copy("paper", 0, 11, "07:45")
    yield copy("electronic", 1, 10, "08:40", format="electronic", way="online")
    yield copy("many-pages", 2, 6, "09:05", pages=48, copies=20, choices={"examine": ("agree_time",)})
    yield copy("returned", 3, 4, "10:15")
    yield copy("unpaid", 4, 2, "14:20", pays=False, stays="return_result")
    yield copy("refused", 5, 5, "15:10", choices={"examine": ("refuse",)})
    yield copy("not-ours", 6, 7, "08:25", choices={"check_papers": ("refuse_at_intake",)})
    yield copy("today", 7, 0, "08:05", stays="examine")
    yield copy("at-seal", 8, 0, "07:40", stays="seal_result")
    yield copy("sent-back", 9, 3, "13:50", choices={"sign_result": ("send_back",)}, stays="sign_result")
    yield copy("long-name", 10, 1, "14:30", who=UNUSUAL[0], stays="sign_result", words={"document.holder": LONG_NAME})
    yield copy("waiting", 11, 0, "08:55", stays="check_papers")


def _marital() -> Iterator[Story]:
    def single(key: str, number: int, ago: int, at: str, **more: Any) -> Story:
        words = {
            "purpose.purpose": "loan", "status.status": "never_married", "examine.status": "never_married",
            "previous.issued_before": "no", "exemption.exemption": "none", **more.pop("words", {}),
        }
        return Story(f"marital-{key}", MARITAL, more.pop("who", NEIGHBOURS[60 + number]), ago, at, words=words, **more)

    elsewhere = {
        "purpose.purpose": "marry", "spouse.name": "Vũ Thị Ví Dụ", "previous.issued_before": "yes",
        "previous.old_certificate": "cannot_return", "planned_place.why": "Giấy cũ đã thất lạc khi chuyển nhà (mẫu).",
        "planned_place.place": {"province": "99", "commune": "99023", "street": ""},
    }
    yield single("counter", 0, 13, "08:35")
    yield single("online", 1, 10, "18:55", channel="online", way="online", who=SIGN_INS[4])
    yield single("year-only", 2, 9, "09:45", who=UNUSUAL[1], cause="complex")
    yield single("month-and-year", 3, 4, "10:05", who=UNUSUAL[2], stays="examine")
    yield single("asked-neighbour", 4, 3, "08:10", words=elsewhere, consulted="silent", stays="examine")
    yield single("neighbour-answered", 5, 8, "14:35", words=elsewhere)
    yield single("neighbour-silent", 6, 11, "09:15", words=elsewhere, consulted="silent")
    yield single("open-question", 7, 1, "10:30", words=elsewhere, consulted="silent", stays="examine")
    yield single("withdrawn", 8, 6, "13:40", channel="online", way="online", ends="withdrawn", stays="examine")
    yield single("extended", 9, 4, "15:20", extended=True, stays="examine")
    yield single("overdue", 10, 8, "08:00", stays="draft_result", cause="coordination", apologised=True)
    yield single("due-today", 11, 3, "09:00", stays="sign_result")
    yield single("posted-in", 12, 5, "10:50", channel="post", way="post")
    yield single("unpaid", 13, 2, "11:10", pays=False, stays="examine", who=SIGN_INS[4], channel="online", way="counter")
    yield single("letter-came-back", 14, 5, "07:55", who=SIGN_INS[6], undeliverable=True, stays="examine")


def _permits() -> Iterator[Story]:
    def permit(key: str, number: int, ago: int, at: str, **more: Any) -> Story:
        words = {
            "land.plot": f"{100 + number}", "land.map_sheet": "12", "land.plot_area": "180 m²",
            "land.land_papers": "Giấy chứng nhận quyền sử dụng đất MẪU 000123", "land.heritage_area": "no",
            "land.land_in_database": "no", "work.fire_result_needed": "no", "size.ground_floor_area": "96 m²",
            "size.total_floor_area": "192 m²", "size.floors": 2, "size.height": "7,8 m", "size.density": "53 %",
            "designer.name": "Công ty Thiết kế Mẫu", "contact.email": f"congdan{number}@thanhgiang.example",
            "site_check.members": "Nguyễn Hữu Gạch; trưởng thôn Đình",
            "site_check.findings": "Đúng hiện trạng trong bản vẽ (mẫu).", "draft_result.levels": "+0,45",
            "draft_result.red_line": "4,0 m", "draft_result.building_line": "5,5 m", "draft_result.land_use_factor": "1,1",
            **more.pop("words", {}),
        }
        return Story(
            f"permit-{key}", PERMIT, more.pop("who", NEIGHBOURS[80 + number]), ago, at, channel="online",
            way=more.pop("way", "online"), words=words, **more,
        )

    yield permit("granted", 0, 15, "20:05")
    yield permit("silence-is-consent", 1, 14, "08:20", consulted="silent", way="post")
    yield permit("supplement", 2, 12, "09:35", choices={"examine": ("ask_supplement",)})
    yield permit("supplement-lapsed", 3, 13, "10:45", choices={"examine": ("ask_supplement",)}, supplement="never")
    yield permit("consulting", 4, 3, "14:10", consulted="silent", stays="examine")
    yield permit("at-signature", 5, 8, "08:50", stays="sign_result")
    yield permit("stopped", 6, 9, "13:35", ends="stopped", stays="site_check")
    yield permit("site-check", 7, 2, "16:10", who=SIGN_INS[1], stays="site_check")
    yield permit("overdue", 8, 12, "08:15", stays="draft_result")


def _neighbour() -> Iterator[Story]:
    simple = {"purpose.purpose": "loan", "status.status": "never_married", "previous.issued_before": "no"}
    yield Story("neighbour-marital", MARITAL, SIGN_INS[5], 6, "08:30", office="phuluong", channel="online", way="online",
                words=simple)
    yield Story("neighbour-waiting", MARITAL, NEIGHBOURS[100], 1, "09:25", office="phuluong", words=simple, stays="examine")
    yield Story("neighbour-copy", COPY, NEIGHBOURS[101], 2, "10:10", office="phuluong", stays="sign_result",
                words={"document.name": "Giấy chứng nhận MẪU", "document.pages": 3, "output.copies": 2})
    yield Story("neighbour-birth", BIRTH, NEIGHBOURS[57], 0, "08:45", office="phuluong", words=_parents(28),
                stays="check_papers")
    yield Story("neighbour-permit", PERMIT, NEIGHBOURS[103], 4, "14:55", office="phuluong", channel="online", way="online",
                words={"land.heritage_area": "no", "work.fire_result_needed": "no", "land.land_in_database": "no",
                       "contact.email": "congdan103@thanhgiang.example"}, stays="examine")

"""Invented people, papers and days for the gallery. It is always 9:42 on Wednesday 11/11/2026 here."""

from datetime import date, datetime, timedelta
from typing import Any

from app.faces.due import DueView, due_view
from app.kit.clock import LOCAL

NOW = datetime(2026, 11, 11, 9, 42, tzinfo=LOCAL)
LONG_NAME = "Công ty TNHH Dịch vụ nông nghiệp tổng hợp và Thương mại Tân Mai Xanh"
REFUSED = "Đồng nghiệp Hà Minh Tú đã nhận việc này lúc 9:20."
ERRORS = (
    ("birth-day", "Ngày sinh phải là hôm nay (11/11/2026) hoặc trước đó"),
    ("mother", "Ghi họ, chữ đệm và tên của mẹ như trong thẻ căn cước"),
)
FILE_ERRORS = (
    "Chọn ảnh hoặc tệp giấy chứng sinh",
    "Tệp “bien-ban.docx” không đọc được. Hãy gửi ảnh JPG, PNG, HEIC hoặc tệp PDF",
    "Ảnh nặng 31 MB. Mỗi tệp tối đa 20 MB. Hãy chụp lại ở cỡ vừa",
    "Tệp “chung-sinh.pdf” rỗng. Hãy chọn lại tệp",
    "Tệp “chung-sinh.pdf” có vi-rút nên không được lưu. Hãy chụp lại bằng điện thoại",
    "Tệp có mật khẩu. Hãy bỏ mật khẩu rồi gửi lại",
    "Chưa gửi được tệp: mất kết nối. Bấm Gửi lại; phần đã gửi không mất",
    "Bạn chọn 14 tệp. Mỗi giấy tờ tối đa 10 trang",
)


def at(day: int, hour: int = 16, minute: int = 30) -> datetime:
    """A moment of this November, local time."""
    return datetime(2026, 11, day, hour, minute, tzinfo=LOCAL)


def dues() -> dict[str, DueView]:
    """One deadline in each state."""
    return {
        "late": due_view(at(10), NOW, calendar_days_left=-1),
        "late_today": due_view(at(11, 9, 0), NOW),
        "today": due_view(at(11), NOW),
        "soon": due_view(at(13), NOW, calendar_days_left=2),
        "ok": due_view(at(18), NOW, calendar_days_left=5),
        "paused": due_view(at(20), NOW, paused_since=at(6, 8, 0)),
        "done": due_view(at(10), NOW, finished_at=at(9, 15, 0), calendar_days_left=1),
        "done_in_time": due_view(at(9), NOW, finished_at=at(9, 15, 0)),
        "done_late": due_view(at(6), NOW, finished_at=at(9, 15, 0), calendar_days_left=-1),
        "none": due_view(None, NOW),
    }


SAID: dict[str, dict[str, str]] = {
    "new": {"words": "Mới đến"},
    "doing": {"words": "Đang xử lý", "kind": "doing"},
    "wait": {"words": "Chờ bổ sung", "kind": "wait"},
    "sign": {"words": "Chờ ký", "kind": "sign"},
    "sorry": {"words": "Cần xin lỗi", "kind": "bad"},
}
# person, code, procedure, note, due, step, tag
QUEUE = (
    ("Mạc Văn Triển", "261103-0019", "Đăng ký lại khai sinh", "Chờ xã Phú Lương trả lời", "late", "Thẩm định", "sorry"),
    (LONG_NAME, "261104-0007", "Cấp giấy chứng nhận đăng ký hộ kinh doanh: thay đổi", "", "late", "Trình ký", "sign"),
    ("Quách Thị Mơ", "261111-0038", "Chứng thực bản sao", "3 bản, 12 trang", "late_today", "Soạn kết quả", "doing"),
    ("Tạ Quang Nhẫn", "261111-0040", "Đăng ký khai sinh", "", "today", "Thẩm định", "doing"),
    ("Nguyễn Hoàng Phương Khánh An", "261110-0011", "Liên thông: khai sinh, BHYT", "", "soon", "Thẩm định", "doing"),
    ("Phùng A Sùng", "261106-0025", "Thay đổi, cải chính hộ tịch", "Sinh khoảng 1941", "ok", "Lấy ý kiến", "doing"),
    ("Cao Thị Ngần", "261105-0014", "Đăng ký giám hộ", "Người dân có đến 20/11", "paused", "Bổ sung", "wait"),
    ("Vương Đình Lạc", "261110-0030", "Xác nhận tình trạng hôn nhân", "", "done", "Trả kết quả", "new"),
)


def work() -> list[dict[str, Any]]:
    """A morning's queue, long names included."""
    due = dues()
    return [
        {
            "id": str(number),
            "href": "/gallery/case",
            "person": person,
            "code": f"H99.08.22-{code}",
            "procedure": procedure,
            "note": note,
            "due": due[state],
            "step": step,
            "tag": SAID[tag],
            "checked": number in (3, 4),
        }
        for number, (person, code, procedure, note, state, step, tag) in enumerate(QUEUE, 1)
    ]


def events() -> list[dict[str, Any]]:
    """What happened to one dossier."""
    return [
        {
            "title": "Đã nhận trả lời của xã Phú Lương",
            "text": "Chưa có đăng ký kết hôn từ 2019 đến 2024.",
            "at": at(11, 8, 50),
            "who": "Hà Minh Tú, công chức hộ tịch",
        },
        {
            "title": "Đã hỏi xã Phú Lương, nơi bạn từng cư trú",
            "text": "Hạn trả lời: hết ngày 11/11.",
            "at": at(10, 8, 10),
            "who": "Hà Minh Tú",
            "href": "/gallery/case",
            "link": "Xem câu hỏi",
        },
        {"title": "Đã tiếp nhận, đủ giấy tờ", "at": at(9, 10, 5), "who": "Vi Thị Sáo, quầy 2"},
        {
            "title": "Bạn nộp trực tuyến",
            "text": "2 tệp đã lưu, đã kiểm tra và đọc được.",
            "at": datetime(2025, 12, 30, 7, 32, tzinfo=LOCAL),
        },
    ]


def days() -> list[dict[str, Any]]:
    """Eight working days ahead."""
    names = ("Hôm nay", "Thứ Năm", "Thứ Sáu", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu")
    counts = (9, 14, 22, 17, 12, 8, 0, 11)
    offsets = (0, 1, 2, 5, 6, 7, 8, 9)
    return [
        {
            "href": "/gallery/lists",
            "words": words,
            "count": count,
            "day": date(2026, 11, 11) + timedelta(days=offset),
            "today": not offset,
        }
        for words, count, offset in zip(names, counts, offsets, strict=True)
    ]


def months() -> list[dict[str, Any]]:
    """Three reporting months, 15th to 14th."""
    return [
        {"words": f"Tháng {n}/2026", "short": f"{n}", "first": date(2026, n - 1, 15), "last": date(2026, n, 14),
         "href": "/gallery/lists", "received": received, "handled": handled, "late": late}
        for n, received, handled, late in ((9, 210, 198, 9), (10, 244, 251, 4), (11, 131, 120, 2))
    ]


def qr() -> tuple[str, int]:
    """Looks like a QR code, leads nowhere: three finders and a pattern. (SVG path, modules)"""
    finder = "M{x} {y}h7v7h-7zm1 1v5h5v-5zM{x2} {y2}h3v3h-3z"
    corners = "".join(finder.format(x=x, y=y, x2=x + 2, y2=y + 2) for x, y in ((2, 2), (24, 2), (2, 24)))
    dots = "".join(f"M{2 + n % 29} {10 + n * 7 % 13}h1v1h-1z" for n in range(0, 180, 3))
    return corners.replace("v5h5v-5z", "v5h5v-5h-5z") + dots, 33


def everything() -> dict[str, Any]:
    """All of it, for any page of the gallery."""
    path, modules = qr()
    return {
        "due": dues(),
        "work": work(),
        "events": events(),
        "days": days(),
        "file_errors": FILE_ERRORS,
        "long_name": LONG_NAME,
        "promised": at(12),
        "saved_at": at(11, 9, 41),
        "months": months(),
        "kept_until": date(2026, 12, 11),
        "qr_path": path,
        "qr_modules": modules,
    }

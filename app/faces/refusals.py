"""Saying no, or saying that something broke: what happened to the person's work, and what to do now.

With scripts a refusal arrives as a line in `#notice` of the page they are on; without, as a page of its own.
"""

from dataclasses import dataclass

from fastapi import Request, Response

from app.faces.pages import is_fragment, render
from app.kit.words import N_


@dataclass(frozen=True)
class Refusing:
    """The standing words of one kind of answer: the heading, and what became of the reader's work."""

    title: str
    work: str


KINDS: dict[int, Refusing] = {
    401: Refusing(
        N_("Bạn cần đăng nhập"),
        N_("Phiên làm việc đã hết hoặc chưa có. Bản nháp đã lưu vẫn còn; đăng nhập lại để làm tiếp."),
    ),
    403: Refusing(
        N_("Bạn không vào được trang này"),
        N_("Không có gì thay đổi. Nếu đây là việc của bạn, hãy gọi cho chúng tôi."),
    ),
    404: Refusing(
        N_("Không tìm thấy trang này"),
        N_("Không có gì bị mất. Kiểm tra lại đường dẫn hoặc mã, hoặc bắt đầu từ trang đầu."),
    ),
    409: Refusing(
        N_("Việc này vừa có người làm"),
        N_("Lần bấm của bạn không được tính thêm. Mở lại trang để xem việc đang ở đâu."),
    ),
    413: Refusing(
        N_("Tệp quá lớn"),
        N_("Tệp này chưa được lưu. Những gì đã gửi trước đó vẫn còn. Hãy chụp lại ở cỡ vừa rồi gửi lại."),
    ),
    422: Refusing(
        N_("Có lỗi cần sửa"),
        N_("Chưa có gì được gửi đi. Quay lại trang trước, sửa rồi gửi lại; những gì đã lưu vẫn còn."),
    ),
    429: Refusing(
        N_("Bạn thử quá nhiều lần"),
        N_("Không có gì bị mất. Hãy chờ vài phút rồi thử lại, hoặc gọi cho chúng tôi."),
    ),
    500: Refusing(
        N_("Trang này đang hỏng"),
        N_("Việc vừa bấm CHƯA được thực hiện. Những gì đã lưu trước đó vẫn còn. Lỗi đã được ghi lại để chúng tôi sửa."),
    ),
    503: Refusing(
        N_("Hệ thống đang tạm nghỉ"),
        N_("Việc vừa bấm CHƯA được thực hiện. Những gì đã lưu trước đó vẫn còn. Hãy thử lại sau ít phút."),
    ),
}


def refusal(
    request: Request, status: int, says: str = "", *, code: str = "", headers: dict[str, str] | None = None
) -> Response:
    """The answer to something we will not or cannot do.

    `says` is the sentence of the domain error, already in the reader's language; empty means the standing words only.
    `code` is the trace id, for the reader to quote on the phone. 404 answers the same whether absent or not theirs.
    """
    kind = KINDS.get(404 if status == 405 else status) or KINDS[500 if status >= 500 else 422]
    sent = dict(headers or {})
    if is_fragment(request):
        sent |= {"hx-retarget": "#notice", "hx-reswap": "innerHTML"}
        # htmx swaps no 5xx (base.html): the script shows its own line instead, so an error page never lands in a row.
        return render(request, "_refusal.html", status=status, headers=sent, kind=kind, says=says, code=code)
    return render(request, "refusal.html", status=status, headers=sent, kind=kind, says=says, code=code)



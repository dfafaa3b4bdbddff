"""States, roles and counts as officers read them."""

from collections.abc import Mapping
from typing import Final

from app.dossiers.models import DossierState as S
from app.dossiers.queries_desk import MANY
from app.dossiers.states import WORDS
from app.faces.speaking import words
from app.kit.words import N_

TAGS: Final[Mapping[S, str]] = {
    S.DRAFT: "", S.SUBMITTED: "", S.RECEIVED: "doing", S.IN_PROGRESS: "doing", S.SUPPLEMENT_REQUESTED: "wait",
    S.PAYMENT_REQUESTED: "wait", S.AWAITING_SIGNATURE: "sign", S.AWAITING_SEAL: "sign", S.RESULT_READY: "done",
    S.RETURNED: "done", S.REFUSED: "bad", S.REFUSED_AT_INTAKE: "bad", S.WITHDRAWN: "", S.STOPPED: "",
}
ROLES: Final[Mapping[str, str]] = {
    "reception": N_("Tiếp nhận"), "specialist": N_("Chuyên môn"), "head": N_("Phụ trách"), "leader": N_("Lãnh đạo"),
    "clerk": N_("Văn thư"), "applicant": N_("Người nộp"), "supervisor": N_("Theo dõi"),
    "administrator": N_("Quản trị"),
}
CHANNELS: Final[Mapping[str, str]] = {
    "counter": N_("tại quầy"), "online": N_("trực tuyến"), "post": N_("qua bưu chính"),
}
RETURN_WAYS: Final[Mapping[str, str]] = {
    "counter": N_("Tại quầy"), "post": N_("Bưu chính"), "online": N_("Chỉ bản điện tử"),
}
COPIES: Final[Mapping[str, str]] = {
    "original": N_("Bản chính"), "certified": N_("Bản chứng thực"), "photocopy": N_("Bản chụp"),
    "file": N_("Tệp"), "data": N_("Dữ liệu"),
}


def tag_of(state: str) -> dict[str, str]:
    """The one business state of a dossier: {words, kind}."""
    known = S(state)
    return {"words": words(WORDS[known]), "kind": TAGS[known]}


def counted(count: int) -> str:
    """A count that stops at MANY says so."""
    return f"{MANY - 1}+" if count >= MANY else str(count)


def said(of: Mapping[str, str], key: str | None) -> str:
    """The words of a key, or the key itself when nobody wrote any."""
    return words(of[key]) if key is not None and key in of else (key or "")

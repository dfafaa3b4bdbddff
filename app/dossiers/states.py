"""What the states of a dossier mean: to the national portal, to a citizen, to a list."""

from typing import Final

from app.dossiers.models import DossierState as S
from app.kit.words import N_

# TrangThaiHoSo of the national portal (rules.md 4.1). Total: a test holds it to every state but the draft.
NATIONAL: Final[dict[S, int]] = {
    S.SUBMITTED: 1,
    S.RECEIVED: 2,
    S.REFUSED_AT_INTAKE: 3,
    S.IN_PROGRESS: 4,
    S.AWAITING_SIGNATURE: 4,
    S.AWAITING_SEAL: 4,
    S.SUPPLEMENT_REQUESTED: 5,
    S.PAYMENT_REQUESTED: 6,
    S.WITHDRAWN: 7,
    S.STOPPED: 8,
    S.RESULT_READY: 9,
    S.REFUSED: 9,
    S.RETURNED: 10,
}

WORDS: Final[dict[S, str]] = {
    S.DRAFT: N_("Bản nháp"),
    S.SUBMITTED: N_("Đã nộp, chờ tiếp nhận"),
    S.REFUSED_AT_INTAKE: N_("Không được tiếp nhận"),
    S.RECEIVED: N_("Đã tiếp nhận"),
    S.IN_PROGRESS: N_("Đang xử lý"),
    S.SUPPLEMENT_REQUESTED: N_("Chờ bổ sung"),
    S.PAYMENT_REQUESTED: N_("Chờ nộp phí"),
    S.AWAITING_SIGNATURE: N_("Chờ ký"),
    S.AWAITING_SEAL: N_("Chờ đóng dấu"),
    S.RESULT_READY: N_("Đã có kết quả"),
    S.RETURNED: N_("Đã trả kết quả"),
    S.REFUSED: N_("Từ chối giải quyết"),
    S.WITHDRAWN: N_("Đã rút hồ sơ"),
    S.STOPPED: N_("Dừng giải quyết"),
}

# No result has been decided yet: the applicant may still withdraw, the office may still stop.
UNDECIDED: Final = frozenset(
    {S.SUBMITTED, S.RECEIVED, S.IN_PROGRESS, S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED, S.AWAITING_SIGNATURE}
)
ENDED: Final = frozenset({S.REFUSED_AT_INTAKE, S.RETURNED, S.REFUSED, S.WITHDRAWN, S.STOPPED})
EDITABLE_BY_APPLICANT: Final = frozenset({S.DRAFT, S.SUPPLEMENT_REQUESTED})

# The fixed stations a citizen sees: (msgid, states that stand at it).
STATIONS: Final[tuple[tuple[str, frozenset[S]], ...]] = (
    (N_("Đã nộp"), frozenset({S.SUBMITTED})),
    (N_("Tiếp nhận"), frozenset({S.RECEIVED, S.SUPPLEMENT_REQUESTED, S.PAYMENT_REQUESTED})),
    (N_("Thẩm định"), frozenset({S.IN_PROGRESS})),
    (N_("Ký và đóng dấu"), frozenset({S.AWAITING_SIGNATURE, S.AWAITING_SEAL})),
    (N_("Trả kết quả"), frozenset({S.RESULT_READY, S.RETURNED, S.REFUSED})),
)

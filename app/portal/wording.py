"""Values as citizens read them: answers of a form, times, fees, states."""

from collections.abc import Mapping
from typing import Any, Final

from app.deadlines.terms import TermRefused, parse_term
from app.dossiers.addresses import place_of
from app.dossiers.models import DossierState as S
from app.faces.moments import money
from app.kit.db import Db
from app.kit.words import N_, say
from app.procedures.catalogue import LoadedProcedure
from app.procedures.questions import FormField, FormPage

HEADINGS: Final[Mapping[S, str]] = {
    S.SUBMITTED: N_("Hồ sơ của bạn đã nộp, chờ tiếp nhận"),
    S.REFUSED_AT_INTAKE: N_("Hồ sơ của bạn không được tiếp nhận"),
    S.RECEIVED: N_("Hồ sơ của bạn đã được tiếp nhận"),
    S.IN_PROGRESS: N_("Hồ sơ của bạn đang được thẩm định"),
    S.SUPPLEMENT_REQUESTED: N_("Hồ sơ của bạn cần bổ sung"),
    S.PAYMENT_REQUESTED: N_("Hồ sơ của bạn chờ nộp phí, lệ phí"),
    S.AWAITING_SIGNATURE: N_("Kết quả của bạn đang chờ ký"),
    S.AWAITING_SEAL: N_("Kết quả của bạn đang chờ đóng dấu"),
    S.RESULT_READY: N_("Hồ sơ của bạn đã có kết quả"),
    S.RETURNED: N_("Hồ sơ của bạn đã xong, đã trả kết quả"),
    S.REFUSED: N_("Hồ sơ của bạn bị từ chối giải quyết"),
    S.WITHDRAWN: N_("Bạn đã rút hồ sơ này"),
    S.STOPPED: N_("Hồ sơ của bạn đã dừng giải quyết"),
}

TAGS: Final[Mapping[S, str]] = {
    S.DRAFT: "", S.SUBMITTED: "wait", S.RECEIVED: "doing", S.IN_PROGRESS: "doing", S.SUPPLEMENT_REQUESTED: "wait",
    S.PAYMENT_REQUESTED: "wait", S.AWAITING_SIGNATURE: "sign", S.AWAITING_SEAL: "sign", S.RESULT_READY: "done",
    S.RETURNED: "done", S.REFUSED: "bad", S.REFUSED_AT_INTAKE: "bad", S.WITHDRAWN: "", S.STOPPED: "",
}

RETURN_WAYS: Final[Mapping[str, str]] = {
    "online": N_("Bản điện tử, trên trang này"),
    "counter": N_("Tại quầy"),
    "post": N_("Qua bưu chính, về tận nhà"),
}
RETURN_HINTS: Final[Mapping[str, str]] = {
    "online": N_("Tệp PDF đã ký số. Bạn tải về khi cần."),
    "counter": N_("Mang thẻ căn cước khi đến nhận."),
    "post": N_("Bạn trả cước bưu chính khi nhận."),
}
YES_NO: Final[Mapping[str, str]] = {"yes": N_("Có"), "no": N_("Không")}

_MINUTES_A_DAY: Final = 480


def term_words(term: str, language: str) -> str:
    """3 ngày làm việc; Trong ngày."""
    try:
        return parse_term(term).words(language)
    except TermRefused:
        return term


def procedure_term(loaded: LoadedProcedure, language: str) -> str:
    """The legal time of a procedure as a list shows it, before anything is known of the case."""
    term = loaded.procedure.term
    return term_words(term.term or loaded.term_for({}), language)


def working_time(minutes: int, language: str) -> str:
    """5 giờ làm việc; 2 ngày làm việc."""
    if minutes < _MINUTES_A_DAY:
        return say(N_("{hours} giờ làm việc"), language, hours=max(1, -(-minutes // 60)))
    return say(N_("{days} ngày làm việc"), language, days=-(-minutes // _MINUTES_A_DAY))


def fee_lines(loaded: LoadedProcedure, language: str) -> list[dict[str, str]]:
    """What a procedure costs, line by line: {name, value, note}; empty when nothing is ever owed."""
    lines = []
    for rule in loaded.procedure.fees:
        over = loaded.overlay.fees.get(rule.code) if rule.set_by == "province" else None
        amount = over.amount if over is not None else rule.amount
        if rule.decision and over is None:
            value = say(N_("tính theo hồ sơ của bạn"), language)
        elif amount:
            value = money(amount, language)
        else:
            continue
        lines.append({"name": rule.name.in_(language), "value": value, "note": rule.legal_basis})
    return lines


def fee_fact(lines: list[dict[str, str]], language: str) -> str:
    """The fee in two words, for the three facts at the top."""
    if not lines:
        return say(N_("Không thu"), language)
    return lines[0]["value"] if len(lines) == 1 else say(N_("Tùy trường hợp"), language)


async def value_words(db: Db, field: FormField, value: Any, language: str) -> str:
    """One answer as a person reads it; empty when there is none."""
    if value in (None, "", [], {}):
        return ""
    if field.kind in ("choice", "choices"):
        labels = {option.value: option.label.in_(language) for option in field.options}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(labels.get(str(one), str(one)) for one in chosen)
    if field.kind == "yes_no":
        return say(YES_NO.get(str(value), str(value)), language)
    if field.kind in ("date", "partial_date"):
        return date_words(value)
    if field.kind == "address":
        return str(await place_of(db, value))
    if field.kind == "money" and isinstance(value, int):
        return money(value, language)
    if field.kind == "phone":
        return phone_words(str(value))
    return str(value)


def phone_words(number: str) -> str:
    """A number as people here dial it: +84912000111 is 0912000111."""
    return f"0{number[3:]}" if number.startswith("+84") else number


def date_words(value: Any) -> str:
    """07/11/2026, 05/1941 or 1941."""
    if not isinstance(value, Mapping):
        return str(value)
    parts = [f"{value[part]:02d}" for part in ("day", "month") if isinstance(value.get(part), int)]
    return "/".join([*parts, str(value.get("year", ""))]).strip("/")


async def page_rows(
    db: Db, page: FormPage, values: Mapping[str, Any], language: str, *, href: str = ""
) -> list[dict[str, Any]]:
    """A page's answers as rows of a summary list; optional ones left out say so, required ones lead to the question."""
    rows: list[dict[str, Any]] = []
    for field in page.fields:
        if field.id not in values and field.when:
            continue
        text = await value_words(db, field, values.get(field.id), language)
        row: dict[str, Any] = {"name": field.label.in_(language), "value": text}
        if href:
            row["href"] = f"{href}#{field.id}"
        if not text and field.required:
            row["missing"] = say(N_("Trả lời câu này"), language) if href else ""
        if not text:
            row["value"] = say(N_("Không có"), language)
        rows.append(row)
    return rows

"""The index in words: periods, figures, why a dossier costs points and what helps."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from app.faces.moments import day, number
from app.kit import clock
from app.kit.errors import NotFound
from app.kit.words import N_, say
from app.quality.period import Period, month_of, parse_period, quarter_of, year_of
from app.quality.scoring import Figure, Unknown, rounded
from app.quality.sheet import Conversion

UNKNOWN: Final[dict[Unknown, str]] = {
    "not_told": N_("chưa có số liệu: chưa ai nhập"), "nothing": N_("không có gì để tính trong kỳ"),
    "scope": N_("chỉ tính cho tỉnh"), "by_procedure": N_("không tính theo từng thủ tục"), "info": N_("chỉ theo dõi"), "": "",
}
REASONS: Final[dict[str, str]] = {
    "supplements": N_("Đã yêu cầu bổ sung {n} lần: chỉ số tính là trễ"),
    "no_due": N_("Không biết hạn trả"),
    "late_done": N_("Giải quyết xong sau hạn"),
    "late_waiting": N_("Đã quá hạn khi yêu cầu người dân bổ sung"),
    "late_open": N_("Chưa xong, đã quá hạn"),
    "late_first": N_("Sau ngày hẹn đầu tiên, đã trừ thời gian bổ sung"),
    "at_counter": N_("Nộp tại quầy"), "by_post": N_("Nộp qua bưu chính"),
    "no_e_result": N_("Chưa có kết quả điện tử được phát hành"),
    "paid_counter": N_("Đã nộp phí tại quầy"), "fee_owed": N_("Còn khoản phí chưa thanh toán trực tuyến"),
    "no_file": N_("Chưa có tệp nào của thành phần hồ sơ"),
    "no_population": N_("Không đăng nhập VNeID, không tra cứu dữ liệu dân cư"),
    "overdue": N_("Đã quá hạn"), "due_soon": N_("Đến hạn trong 5 ngày làm việc tới, chưa trình ký"),
}
# What each threat puts at stake, and where something can be done about it.
AT_STAKE: Final[dict[str, tuple[str, ...]]] = {
    "overdue": ("2.1", "5.4"), "due_soon": ("2.1", "5.4"), "supplements": ("2.1",), "fee_owed": ("3.6",),
    "no_file": ("4.2", "4.3"), "no_e_result": ("3.3", "4.1", "4.2"),
}
LOST_ALREADY: Final = frozenset({"overdue", "supplements"})
HELPS: Final[dict[str, tuple[str, str]]] = {
    "overdue": ("/desk/dossiers/{id}", N_("Mở hồ sơ, xin lỗi và giải quyết ngay")),
    "due_soon": ("/desk/dossiers/{id}", N_("Mở hồ sơ, giao lại nếu cần")),
    "supplements": ("/desk/dossiers/{id}", N_("Mở hồ sơ")),
    "fee_owed": ("/desk/dossiers/{id}/fees", N_("Xem khoản phí")),
    "no_file": ("/desk/dossiers/{id}/papers", N_("Quét giấy tờ")),
    "no_e_result": ("/desk/dossiers/{id}/results", N_("Phát hành kết quả điện tử")),
}
_QUARTERS: Final = ("", "I", "II", "III", "IV")


def period_of(period: str, first: str = "", last: str = "") -> Period:
    """The period an address means: two days come before a word. Raises NotFound."""
    if first or last:
        return parse_period(f"{first}_{last}")
    return parse_period(period)


def period_words(period: Period, language: str) -> str:
    """Tháng 11/2026, Quý IV/2026, Năm 2026, 02/11/2026–05/11/2026"""
    first = period.first_day
    if period.unit == "month":
        return say(N_("Tháng {month}/{year}"), language, month=first.month, year=first.year)
    if period.unit == "quarter":
        return say(N_("Quý {quarter}/{year}"), language, quarter=_QUARTERS[(first.month + 2) // 3], year=first.year)
    if period.unit == "year":
        return say(N_("Năm {year}"), language, year=first.year)
    return f"{day(first)}–{day(period.last_day)}"


def choices(chosen: Period, language: str, today: date | None = None) -> list[tuple[str, str]]:
    """The periods offered: twelve months, four quarters, two years; the chosen one is always among them."""
    on = today or clock.today()
    found: list[Period] = []
    for first, count in ((month_of(on), 12), (quarter_of(on), 4), (year_of(on), 2)):
        each = first
        for _ in range(count):
            found.append(each)
            each = each.before()
    if chosen not in found:
        found.insert(0, chosen)
    return [(one.word, period_words(one, language)) for one in found]


def decimals(value: Fraction | Decimal, language: str) -> str:
    """19,10: two decimals, half up."""
    exact = value if isinstance(value, Decimal) else rounded(value)
    return number(float(exact), 2, language)


def percent(rate: Fraction | None, language: str) -> str:
    return "–" if rate is None else f"{decimals(rate * 100, language)} %"


def plain(value: Decimal, language: str) -> str:
    """20, or 2,5: a maximum as the sheet says it."""
    return number(float(value), 0 if value == value.to_integral_value() else 1, language)


def conversion_words(one: Conversion, most: Decimal, language: str) -> str:
    """How a rate becomes points."""
    if one.kind == "info":
        return say(N_("Không có điểm, chỉ theo dõi"), language)
    if one.at is not None:
        return say(N_("Từ {at} %: {max} điểm; dưới đó: {max} × tỷ lệ ÷ {part}"), language, at=plain(one.at * 100, language),
                   max=plain(most, language), part=number(float(one.at), 2, language))
    if one.by is not None:
        return say(N_("{by} × tỷ lệ, nhiều nhất {max} điểm"), language, by=plain(one.by, language),
                   max=plain(most, language))
    return say(N_("{max} × tỷ lệ"), language, max=plain(most, language))


def figure_row(one: Figure, language: str, href: str) -> dict[str, Any]:
    """One indicator for the tables: words, numbers, bar, marks."""
    indicator = one.indicator
    known = one.points is not None
    lost = (one.denominator or 0) - (one.numerator or 0)
    return {
        "id": indicator.id, "title": indicator.title.in_(language), "href": href, "max": plain(indicator.max, language),
        "points": decimals(one.points, language) if one.points is not None else "–", "known": known,
        "share": float(one.points / Fraction(indicator.max)) if one.points is not None and indicator.max else 0.0,
        "counts": f"{one.numerator} / {one.denominator}" if one.denominator is not None else "–",
        "rate": percent(one.rate, language), "why": say(UNKNOWN[one.unknown], language) if one.unknown else "",
        "by_hand": one.source, "unverified": indicator.unverified, "lost": lost if one.denominator else 0,
        "scored": indicator.max > 0,
    }


def reason_words(reasons: Sequence[str], supplements: int, language: str) -> list[str]:
    """Why, in sentences, in the order of weight."""
    return [say(REASONS[one], language, n=supplements) for one in reasons]


def help_for(reasons: Sequence[str], dossier_id: UUID, language: str) -> tuple[str, str]:
    """Where the first reason is dealt with, and the words of the link."""
    path, words = HELPS[reasons[0]]
    return path.format(id=dossier_id), say(words, language)


def page_place(text: str) -> tuple[str, str] | None:
    """The two halves of a page's address, `<moment>_<id>`. Raises NotFound on anything we did not write."""
    if not text:
        return None
    at, _, one = text.partition("_")
    if not at or not one:
        raise NotFound
    return at, one

"""Check what was typed against a form page: tolerant of how people write, clear about what is wrong. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, Protocol

from app.kit.words import N_, say
from app.procedures import dates
from app.procedures.conditions import holds
from app.procedures.questions import Form, FormField, FormPage

LONGEST_TEXT: Final = 300
LONGEST_LONG_TEXT: Final = 4000
MOST_MONEY: Final = 10**13

EMPTY = N_("Hãy điền “{label}”")
CHOOSE = N_("Hãy chọn “{label}”")
TOO_LONG = N_("“{label}” dài {given} ký tự, nhiều nhất là {most}")
NOT_NUMBER = N_("“{label}” phải là số, ví dụ 12")
TOO_SMALL = N_("“{label}” phải từ {least} trở lên")
TOO_BIG = N_("“{label}” phải từ {most} trở xuống")
NOT_PERSONAL_NUMBER = N_("Số định danh có 12 chữ số. Bạn đã nhập {given} chữ số")
NOT_PHONE = N_("Số điện thoại “{value}” chưa đúng, ví dụ 0912 345 678")
NOT_EMAIL = N_("Địa chỉ thư “{value}” chưa đúng, ví dụ ten@vidu.vn")
NOT_OPTION = N_("“{label}”: hãy chọn một mục trong danh sách")
NOT_TIME = N_("“{label}” phải là giờ và phút, ví dụ 08:30")
NO_PLACE = N_("Hãy chọn tỉnh và xã cho “{label}”")
CONTROL = N_("“{label}” có ký tự không in được. Hãy gõ lại")

# As the identity service says it, and as the registers do.
_SEX = {"male": "nam", "female": "nữ"}
_EMAIL = re.compile(r"^[^@\s,;<>]{1,64}@[^@\s,;<>]+\.[^@\s,;<>]{2,}$")
_IN_PARTS: Final = frozenset({"date", "partial_date", "address", "choices"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

Values = dict[str, Any]
Errors = dict[str, str]


class Known(Protocol):
    """What a form may be filled from."""

    name: str
    personal_number: str | None
    birth_year: int | None
    birth_month: int | None
    birth_day: int | None
    sex: str | None
    address: str | None
    phone: str | None
    email: str | None


def check_page(
    page: FormPage, given: Mapping[str, Any], facts: Mapping[str, Any], *, language: str = "vi"
) -> tuple[Values, Errors]:
    """Cleaned values of a page and its errors {field id: sentence}. What is wrong is kept as typed."""
    return check_fields(page.fields, given, facts, language=language)


def check_fields(
    fields: tuple[FormField, ...], given: Mapping[str, Any], facts: Mapping[str, Any], *, language: str = "vi"
) -> tuple[Values, Errors]:
    """The same for any fields. A field's `when` may name earlier fields of the same page."""
    values: Values = {}
    errors: Errors = {}
    for field in fields:
        if field.when and not holds(field.when, {**facts, **_scalars(values)}):
            continue
        value, error = _check(field, given, language)
        values[field.id] = value
        if error:
            errors[field.id] = error
    return values, errors


def prefill(form: Form, citizen: Known) -> dict[str, Values]:
    """What is known already, page by page; shown for confirmation, never asked twice."""
    known: Values = {
        "citizen.name": citizen.name, "citizen.personal_number": citizen.personal_number,
        "citizen.sex": _SEX.get(citizen.sex or "", citizen.sex),
        "citizen.phone": citizen.phone, "citizen.email": citizen.email, "citizen.address_text": citizen.address,
        "citizen.birth": dates.partial(citizen.birth_year, citizen.birth_month, citizen.birth_day),
    }
    pages: dict[str, Values] = {}
    for page in form.pages:
        filled = {field.id: known.get(field.fill) for field in page.fields if field.fill and known.get(field.fill)}
        if filled:
            pages[page.id] = {**filled, "_errors": True}  # not confirmed yet
    return pages


def _check(field: FormField, given: Mapping[str, Any], language: str) -> tuple[Any, str | None]:
    label = field.label.in_(language)
    if field.kind in _IN_PARTS:  # boxes keep what was typed, without what no database keeps
        own = (name for name in given if name == field.id or name.startswith(f"{field.id}-"))
        given = {name: _printable(given[name]) for name in own}
    if field.kind in ("date", "partial_date"):
        return dates.check(field, given, label, language)
    if field.kind == "address":
        return _address(field, given, label, language)
    if field.kind == "choices":
        return _choices(field, given.get(field.id), label, language)
    raw = given.get(field.id)
    text = _tidy(field, "" if raw is None else str(raw))
    if _CONTROL.search(text):
        return _CONTROL.sub("", text), say(CONTROL, language, label=label)
    if not text:
        ask = CHOOSE if field.kind in ("choice", "yes_no") else EMPTY
        return None, say(ask, language, label=label) if field.required else None
    return _KINDS[field.kind](field, text, label, language)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, Mapping):
        return {str(name): _printable(part) for name, part in value.items()}
    return [_printable(part) for part in value] if isinstance(value, list | tuple) else value


def _tidy(field: FormField, text: str) -> str:
    text = text.strip()
    if field.kind == "long_text":
        return text.replace("\r\n", "\n")
    return re.sub(r"\s+", " ", text)


def _text(field: FormField, text: str, label: str, language: str) -> tuple[Any, str | None]:
    most = field.most or (LONGEST_LONG_TEXT if field.kind == "long_text" else LONGEST_TEXT)
    if len(text) > most:
        return text[: most * 2], say(TOO_LONG, language, label=label, given=len(text), most=most)
    return text, None


def _option(field: FormField, text: str, label: str, language: str) -> tuple[Any, str | None]:
    allowed = {"yes", "no"} if field.kind == "yes_no" else {option.value for option in field.options}
    return (text, None) if text in allowed else (None, say(NOT_OPTION, language, label=label))


def _number(field: FormField, text: str, label: str, language: str) -> tuple[Any, str | None]:
    """A whole number as int; one with decimals as text with a comma ("82,5"), as people and papers write it."""
    digits = text.removesuffix(field.unit).strip() if field.unit else text
    if field.kind == "money" or (field.decimals and re.fullmatch(r"-?\d{1,3}([.\s]\d{3})+(,\d+)?", digits)):
        digits = re.sub(r"[\s.,](?=\d{3}(\D|$))", "", digits)
    match = re.fullmatch(r"(-?\d{1,15})(?:[.,](\d+))?", digits)
    behind = (match[2] or "").rstrip("0") if match else ""
    if match is None or len(behind) > field.decimals or (match[2] and not field.decimals):
        return text, say(NOT_NUMBER, language, label=label)
    number = Decimal(f"{match[1]}.{behind or 0}")
    most = field.most if field.most is not None else MOST_MONEY
    least = field.least if field.least is not None else 0
    if number < least:
        return text, say(TOO_SMALL, language, label=label, least=least)
    if number > most:
        return text, say(TOO_BIG, language, label=label, most=most)
    return (f"{int(match[1])},{behind}" if behind else int(match[1])), None


def _personal_number(field: FormField, text: str, label: str, language: str) -> tuple[Any, str | None]:
    digits = re.sub(r"[\s.\-]", "", text)
    if re.fullmatch(r"\d{12}", digits):
        return digits, None
    return text, say(NOT_PERSONAL_NUMBER, language, given=sum(letter.isdigit() for letter in digits))


def _phone(field: FormField, text: str, label: str, language: str) -> tuple[Any, str | None]:
    import phonenumbers  # here: sixty modules for the processes that check a number

    try:
        parsed = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        return text, say(NOT_PHONE, language, value=text[:30])
    if not phonenumbers.is_possible_number(parsed):
        return text, say(NOT_PHONE, language, value=text[:30])
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), None


def _email(field: FormField, text: str, label: str, language: str) -> tuple[Any, str | None]:
    return (text, None) if _EMAIL.fullmatch(text) and len(text) <= 200 else (text, say(NOT_EMAIL, language, value=text[:60]))


def _time(field: FormField, text: str, label: str, language: str) -> tuple[Any, str | None]:
    match = re.fullmatch(r"(\d{1,2})[:hg ]+(\d{1,2})(?:p|')?", text.lower())
    if match and int(match[1]) < 24 and int(match[2]) < 60:
        return f"{int(match[1]):02d}:{int(match[2]):02d}", None
    return text, say(NOT_TIME, language, label=label)


def _choices(field: FormField, raw: Any, label: str, language: str) -> tuple[Any, str | None]:
    chosen = [str(one) for one in (raw if isinstance(raw, list | tuple) else [raw] if raw else [])]
    known = [option.value for option in field.options]
    if any(one not in known for one in chosen):
        return [one for one in chosen if one in known], say(NOT_OPTION, language, label=label)
    if not chosen and field.required:
        return [], say(CHOOSE, language, label=label)
    return sorted(set(chosen), key=known.index), None


def _address(field: FormField, given: Mapping[str, Any], label: str, language: str) -> tuple[Any, str | None]:
    whole = given.get(field.id)
    parts = whole if isinstance(whole, Mapping) else {
        part: given.get(f"{field.id}-{part}") for part in ("province", "commune", "street")
    }
    value = {
        part: re.sub(r"\s+", " ", str(parts.get(part) or "")).strip()[:200] for part in ("province", "commune", "street")
    }
    if not any(value.values()):
        return None, say(NO_PLACE, language, label=label) if field.required else None
    if not re.fullmatch(r"\d{5}", value["commune"]):
        return value, say(NO_PLACE, language, label=label)
    return value, None


def _scalars(values: Mapping[str, Any]) -> Values:
    return {name: value for name, value in values.items() if isinstance(value, str | int | bool) or value is None}


_KINDS: Final = {
    "text": _text, "long_text": _text, "name": _text, "choice": _option, "yes_no": _option, "number": _number,
    "money": _number, "personal_number": _personal_number, "phone": _phone, "email": _email, "time": _time,
}

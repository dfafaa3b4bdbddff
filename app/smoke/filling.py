"""Fill any form by what its fields are: sensible, plainly synthetic answers, with a few words put in by hand.

Works on the form as the API describes it (JSON), so that a procedure nobody thought of here is filled as well.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Persona:
    """What a synthetic applicant would type. `birth` parts may be missing; `territory` is a commune's code."""

    name: str
    personal_number: str
    birth: Mapping[str, int]
    phone: str
    territory: str
    sex: str = "nữ"
    email: str | None = None
    province: str = "99"
    street: str = "Thôn Đình"
    address: str = "Thôn Đình, xã Tân Mai, tỉnh Thanh Giang"
    words: Mapping[str, Any] = field(default_factory=dict)  # "page.field" or "field" → what this person says there

    def saying(self, words: Mapping[str, Any]) -> "Persona":
        """The same person with more words."""
        mixed = {**self.words, **words}
        return Persona(
            self.name, self.personal_number, self.birth, self.phone, self.territory, self.sex, self.email, self.province,
            self.street, self.address, mixed,
        )


# By the field's own id, for any procedure.
WORDS: Final[Mapping[str, Any]] = {
    "ethnicity": "Kinh", "nationality": "Việt Nam", "place": "Trạm Y tế xã Tân Mai, tỉnh Thanh Giang",
    "number": "01", "collector_number": "000199004821", "street": "Thôn Đình", "purpose": "Bổ túc hồ sơ (mẫu)",
}


def fill_page(page: Mapping[str, Any], persona: Persona, today: date) -> Values:
    """Answers to every field of a page; those that do not apply are left out by the office itself."""
    return fill_fields(page["fields"], persona, today, page["id"])


def fill_fields(fields: Any, persona: Persona, today: date, page: str = "") -> Values:
    """The same for the fields of an action."""
    return {one["id"]: _value(one, persona, today, page) for one in fields}


def _value(one: Mapping[str, Any], persona: Persona, today: date, page: str) -> Any:
    for known in (f"{page}.{one['id']}", one["id"]):
        if known in persona.words:
            return persona.words[known]
    filled = _known(persona).get(str(one.get("fill") or ""))
    if filled:
        return filled
    kind = one["kind"]
    if kind in ("text", "long_text"):
        return _text(one, WORDS.get(one["id"], "Nội dung mẫu"))
    return _by_kind(kind, one, persona, today)


def _by_kind(kind: str, one: Mapping[str, Any], persona: Persona, today: date) -> Any:
    if kind in ("choice", "choices"):
        first = one["options"][0]["value"]
        return [first] if kind == "choices" else first
    if kind in ("number", "money"):
        least, most = one.get("least") or 0, one.get("most")
        wanted = max(least, 1 if kind == "number" else 1_000_000)
        return wanted if most is None else min(wanted, most)
    if kind in ("date", "partial_date"):
        return {"year": today.year, "month": today.month, "day": today.day}
    return {
        "name": persona.name, "yes_no": "yes", "personal_number": persona.personal_number, "phone": persona.phone,
        "email": persona.email or "", "time": "08:30",
        "address": {"province": persona.province, "commune": persona.territory, "street": persona.street},
    }[kind]


def _known(persona: Persona) -> Values:
    return {
        "citizen.name": persona.name, "citizen.personal_number": persona.personal_number, "citizen.sex": persona.sex,
        "citizen.phone": persona.phone, "citizen.email": persona.email, "citizen.address_text": persona.address,
        "citizen.birth": dict(persona.birth),
    }


def _text(one: Mapping[str, Any], words: str) -> str:
    most = one.get("most")
    return words[:most] if most else words

"""Shapes shared by all bodies and answers: strict input, moments with their offset, text without traps."""

import re
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Header, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from app.kit.clock import LOCAL

DEEPEST: Final = 12
LARGEST_INT: Final = 2**31 - 1
_NOT_STORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def plain(text: str) -> str:
    """Text that can be stored: no NUL, no half characters."""
    if _NOT_STORABLE.search(text):
        raise ValueError("contains characters that cannot be stored")
    return text


def _storable(value: Any, depth: int = 0) -> None:
    if depth > DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        plain(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            plain(str(name))
            _storable(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _storable(inner, depth + 1)
    elif isinstance(value, int | float) and not abs(value) <= 10**18:  # not a number is out of range as well
        raise ValueError("number out of range")


class Body(BaseModel):
    """What a client sends. Unknown members are refused, so that a typing mistake is found."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _can_be_stored(cls, value: Any) -> Any:
        _storable(value)
        return value


class View(BaseModel):
    """What the office answers."""

    model_config = ConfigDict(frozen=True)


class Page(View):
    """One page of a list. `next` is the address of the following one."""

    next: str | None = Field(default=None, examples=["/api/v1/dossiers?after=WyIyMDI2LTExLTA5VDE0OjIwOjAwKzA3OjAwIl0"])


Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.astimezone(LOCAL).isoformat(timespec="seconds"), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-12T16:30:00+07:00"]}),
]

Word = Annotated[str, AfterValidator(plain)]
Code = Annotated[Word, Path(max_length=80)]
Number = Annotated[int, Path(ge=0, le=LARGEST_INT)]
DossierRef = Annotated[
    Word, Path(max_length=60, description="The dossier's id, or its code.", examples=["H99.08.22-261109-0042"])
]
After = Annotated[Word | None, Query(max_length=400, description="The cursor out of `next` of the page before.")]
IfMatch = Annotated[
    str | None,
    Header(alias="If-Match", max_length=60, description="The ETag that was read; 412 when the dossier has changed."),
]
OnceKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", max_length=120,
        description="Your own name for this command. The same key with the same content gives the same answer and one "
        "effect, also when sent at the same time; with another content 422. Kept for two days.",
    ),
]


class Problem(View):
    """RFC 9457. `title` is the name of the fact, `detail` a sentence for the person."""

    type: str = Field(examples=["urn:motcua:StepNoLongerOpen"])
    title: str = Field(examples=["StepNoLongerOpen"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["Bước này đã xong trước đó. Hãy mở lại hồ sơ để xem việc tiếp theo."])
    instance: str = Field(examples=["/api/v1/dossiers/H99.08.22-261109-0042/steps/7"])
    trace: str = Field(examples=["7f3a9c"])
    errors: Any = None


PROBLEM: Final = "#/components/schemas/Problem"
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": words, "content": {"application/problem+json": {"schema": {"$ref": PROBLEM}}}}
    for status, words in (
        (401, "Nobody is signed in, or not as the kind of person this needs."),
        (403, "Not allowed to this person."),
        (404, "There is no such thing, or not for this person."),
        (409, "Somebody was faster, or the dossier does not stand where this could be done."),
        (412, "The dossier has changed since it was read (If-Match)."),
        (422, "What was sent is not acceptable; `errors` says where."),
        (429, "Too many tries from one address."),
        (503, "Something the office leans on is down; nothing was lost."),
    )
}

"""The national population database and the shared civil-status data.

Every question carries its grounds, which the database logs. Source: TT 136/2026/TT-BCA.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from app.gateways.errors import GatewayDown
from app.gateways.line import Line, segment


@dataclass(frozen=True)
class Grounds:
    """Why a question is asked: a fixed word, the dossier's code, the officer's id (or "system")."""

    purpose: str
    dossier: str
    officer: str


@dataclass(frozen=True)
class IdentityQuestion:
    """Is this person who they say? `birth_date` is ISO, or the year alone; `wanted` as few fields as possible.

    Fields that can be wanted: sex, residence, marital_status, ethnicity, nationality.
    """

    full_name: str = field(repr=False)
    birth_date: str = field(repr=False)
    personal_number: str = field(repr=False)
    wanted: tuple[str, ...] = ()


class IdentityOutcome(StrEnum):
    MATCH = "match"
    NO_MATCH = "no_match"
    NO_INFORMATION = "no_information"
    NOT_ENOUGH_INFORMATION = "not_enough_information"


@dataclass(frozen=True)
class IdentityAnswer:
    """`fields` holds what was wanted, and only after a match."""

    outcome: IdentityOutcome
    fields: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class Newborn:
    """A child whose birth is being registered. `sex` is nam or nữ; a parent's number may be unknown ("")."""

    full_name: str = field(repr=False)
    birth_date: date = field(repr=False)
    sex: str = field(repr=False)
    ethnicity: str = field(repr=False)
    nationality: str = field(repr=False)
    residence: str = field(repr=False)
    mother_number: str = field(default="", repr=False)
    father_number: str = field(default="", repr=False)


class NumberState(StrEnum):
    """`needs_paper`: the database will not give a number online; it must be asked for on paper."""

    WAITING = "waiting"
    ISSUED = "issued"
    NEEDS_PAPER = "needs_paper"


@dataclass(frozen=True)
class NumberAnswer:
    """How a newborn's request stands. `personal_number` is set when issued; ask again after `ask_again` seconds."""

    ticket: str
    state: NumberState
    personal_number: str | None = field(repr=False)
    ask_again: int


@dataclass(frozen=True)
class RegisteredMarriage:
    """A marriage in the shared data: its number in the book, the day, and where it was registered."""

    number: str
    registered_on: date
    registered_at: str


class Population(Protocol):
    async def ask(self, question: IdentityQuestion, *, request_id: str, grounds: Grounds) -> IdentityAnswer:
        """Compare a person's data. Raises GatewayDown, GatewayRefused, as do all below."""

    async def request_number(self, child: Newborn, *, request_id: str, grounds: Grounds) -> NumberAnswer:
        """Ask for a newborn's personal number. One request id never gets two numbers; asking again is safe."""

    async def number(self, ticket: str) -> NumberAnswer:
        """How the request with this ticket stands."""

    async def look_up_marriage(
        self, one_number: str, other_number: str, *, request_id: str, grounds: Grounds
    ) -> RegisteredMarriage | None:
        """The couple's marriage; None when the shared data has none (it may still be in a paper book).

        GatewayDown when nobody can say just now: never to be taken for "not found".
        """

    async def close(self) -> None: ...


class HttpPopulation:
    """`Population` over HTTP. See `Line` for the time limits."""

    def __init__(self, base_url: str, secret: str, *, connect_seconds: float = 2.0, total_seconds: float = 5.0) -> None:
        self._line = Line(
            "population", base_url, secret, connect_seconds=connect_seconds, total_seconds=total_seconds
        )

    async def ask(self, question: IdentityQuestion, *, request_id: str, grounds: Grounds) -> IdentityAnswer:
        asked = {**asdict(question), **asdict(grounds), "request_id": request_id}
        content = await self._line.post("/api/queries", asked)
        with self._line.understanding():
            fields = {str(name): str(value) for name, value in content["fields"].items()}
            return IdentityAnswer(IdentityOutcome(content["outcome"]), fields)

    async def request_number(self, child: Newborn, *, request_id: str, grounds: Grounds) -> NumberAnswer:
        about = {**asdict(child), "birth_date": child.birth_date.isoformat()}
        asked = {"child": about, **asdict(grounds), "request_id": request_id}
        return self._number(await self._line.post("/api/personal-numbers", asked))

    async def number(self, ticket: str) -> NumberAnswer:
        return self._number(await self._line.get(f"/api/personal-numbers/{segment(ticket)}"))

    def _number(self, content: dict[str, object]) -> NumberAnswer:
        with self._line.understanding():
            state, number = NumberState(str(content["state"])), content["personal_number"]
            if (state is NumberState.ISSUED) != (isinstance(number, str) and len(number) == 12 and number.isdigit()):
                raise ValueError("a number exactly when issued")
            again = int(str(content["retry_after_seconds"]))
            return NumberAnswer(str(content["ticket"]), state, None if number is None else str(number), again)

    async def look_up_marriage(
        self, one_number: str, other_number: str, *, request_id: str, grounds: Grounds
    ) -> RegisteredMarriage | None:
        asked = {
            "one_number": one_number, "other_number": other_number, **asdict(grounds), "request_id": request_id
        }
        content = await self._line.post("/api/marriage-look-ups", asked)
        if content.get("outcome") == "unavailable":
            raise GatewayDown("population", True, "civil_status_unavailable")
        if content.get("outcome") == "not_found":
            return None
        with self._line.understanding():
            found = content["marriage"]
            day = date.fromisoformat(found["registered_on"])
            return RegisteredMarriage(str(found["number"]), day, str(found["registered_at"]))

    async def close(self) -> None:
        await self._line.close()

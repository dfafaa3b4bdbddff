"""The work unit: one dossier is drafted, handed in, received, assessed, approved, signed, returned, over the HTTP API.

    people = await open_people(database)              # after `publish_unit(db, folder)`
    life = Life(ask, people.desks[0], people.citizens[0], n=1)
    await life.whole()                                # nine requests; `life.code`, `life.dossier_id`, `life.done`

`ask(kind, request)` sends a `wire.Request` wherever the caller likes (one port, by turns, through a proxy, again after a
broken line) and gives back the `wire.Answer`; a status other than the request expects raises NotDone here. With
`keyed=True` every command carries an Idempotency-Key, so the same request may be sent again without doing its work twice.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from app.citizens.service import Identity, welcome
from app.kit.db import Database, Db
from app.procedures.reading import read_folder
from app.procedures.service import publish
from app.sessions import service as sessions
from benchmarks.wire import Answer, Request, request
from tests.engine import drawn

HERE = Path(__file__).parent
CODE = "9.000901"
# Step, lane, action, in the order of the drawing.
STEPS = (
    ("check_papers", "reception", "receive"), ("examine", "specialist", "assess"), ("approve", "head", "approve"),
    ("sign_result", "leader", "sign"), ("return_result", "reception", "hand_over"),
)
LANES = ("reception", "specialist", "head", "leader", "clerk")
WORDS = "Đề nghị xem xét và giải quyết việc nêu trên theo quy định để gia đình ổn định cuộc sống tại thôn Đình "

Ask = Callable[[str, Request], Awaitable[Answer]]


class NotDone(Exception):
    """A request of the bench was not carried out; the figures would lie."""


@dataclass(frozen=True)
class Desk:
    """A commune and the sessions of its officers by role."""

    office_id: int
    words: Mapping[str, str]


@dataclass(frozen=True)
class People:
    """Who plays: the desks of the communes and the sessions of citizens."""

    desks: tuple[Desk, ...]
    citizens: tuple[str, ...]


def life_drawing(*, machines: bool = True) -> bytes:
    """The drawing of the work unit. Without `machines` the five steps alone, which is what the floor plays."""
    way = [name for name, _, _ in STEPS]
    if machines:
        way.insert(4, "issue_result")
    return drawn.drawing(
        drawn.start(), *(drawn.step(name, role) for name, role, _ in STEPS),
        *([drawn.effect("issue_result")] if machines else []), drawn.end("returned"), drawn.way("begun", *way, "returned"),
    )


async def publish_unit(db: Db, folder: Path) -> None:
    """Publish the procedure, by way of a copy in `folder`."""
    package = folder / f"{CODE}-mot-viec"
    shutil.copytree(HERE / "unit", package)
    (package / "process.bpmn").write_bytes(life_drawing())
    await publish(db, read_folder(package))


async def open_people(
    database: Database, communes: Mapping[int, str] = {2: "tanmai", 3: "phuluong"}, citizens: int = 64
) -> People:
    """Sessions for the officers of these communes (id and the word in their logins) and for so many new citizens."""
    async with database.transaction(offices=tuple(communes)) as db:
        desks = []
        for office_id, word in communes.items():
            words = {}
            for role in LANES:
                officer_id = await db.value("SELECT id FROM officer WHERE login = $1", f"{role}@{word}")
                words[role] = await sessions.open_session(db, "officer", officer_id=officer_id)
            desks.append(Desk(office_id, words))
    words_of_citizens = []
    for n in range(1, citizens + 1):
        async with database.transaction() as db:
            citizen = await welcome(db, Identity(
                name=f"Công Dân Thứ {n}", personal_number=f"0009{n:08d}", subject=f"do-{n}", birth=(1950 + n % 50, 5, 17),
                sex="female", address="Thôn Đình", phone=f"+849000{n:05d}", email=f"dan{n}@vidu.vn",
            ))
            words_of_citizens.append(await sessions.open_session(db, "citizen", citizen_id=citizen.id))
    return People(tuple(desks), tuple(words_of_citizens))


def two_kilobytes(n: int) -> dict[str, str]:
    """The answers of one form: five texts of 400 bytes, in Vietnamese words, different for every dossier."""
    dice = random.Random(n)
    texts = {}
    for name in ("purpose", "place", "reason", "story", "remark"):
        text = f"{n}"
        while len(text.encode()) < 390:
            text += f" {dice.choice(WORDS.split())}"
        texts[name] = text
    return texts


class Life:
    """One dossier. The parts may be called one by one, in this order; `whole` calls them all."""

    def __init__(self, ask: Ask, desk: Desk, citizen: str, *, n: int, keyed: bool = False) -> None:
        self.ask, self.desk, self.citizen, self.n, self.keyed = ask, desk, citizen, n, keyed
        self.dossier_id = ""
        self.code: str | None = None
        self.done = False
        self.uploads = 0
        self._task_no = 0

    async def whole(self, *files: tuple[str, bytes]) -> None:
        """From nothing to returned: nine requests, one more for each of `files`, and one that judges them."""
        await self.begin()
        await self.fill()
        await self.choose()
        for file in files:
            await self.upload(file)
        await self.submit()
        await self.judge()
        for place in range(len(STEPS)):
            await self.step(place)

    async def begin(self) -> None:
        """The citizen begins a draft."""
        body = {"procedure": CODE, "office_id": self.desk.office_id}
        self.dossier_id = (await self._told("begin", "POST", "", body, expects=201))["id"]

    async def fill(self) -> None:
        """Two kilobytes of answers."""
        await self._told("fill in", "PUT", "/answers/request", {"values": two_kilobytes(self.n)})

    async def choose(self) -> None:
        """How the result comes back."""
        await self._told("choose", "PUT", "/return", {"way": "counter"})

    async def upload(self, file: tuple[str, bytes]) -> None:
        """One file under the draft."""
        path, key = self._path("/papers/attachment"), self._key()
        await self._asked("upload", request("POST", path, bearer=self.citizen, file=file, expects=201, headers=key))
        self.uploads += 1

    async def submit(self) -> None:
        """Hand it in: a code, and the first step is open."""
        told = await self._told("submit", "POST", "/submit", None)
        self.code = told["code"]
        self._task_no = told["steps"][0]["task_no"] if told["steps"] else 0

    async def judge(self) -> None:
        """The reception looks at what was uploaded, if anything was."""
        if self.uploads:
            body = {"verdicts": {"attachment": {"verdict": "ok"}}}
            await self._told("judge", "PUT", "/checklist", body, bearer=self.desk.words["reception"])

    async def step(self, place: int) -> None:
        """The step at this place of STEPS, by an officer of its lane."""
        name, role, action = STEPS[place]
        body: dict[str, Any] = {"action": action}
        if name == "return_result":
            body["fields"] = {"collector": "Tạ Quang Nhẫn"}
        told = await self._told(name, "POST", f"/steps/{self._task_no}", body, bearer=self.desk.words[role])
        if place < len(STEPS) - 1:
            (following,) = told["steps"]
            if following["name"] != STEPS[place + 1][0]:
                raise NotDone(f"{following['name']} is open after {name}")
            self._task_no = following["task_no"]
        else:
            self.done = told["state"] == "returned"
            if not self.done:
                raise NotDone(f"{told['state']} at its end")

    async def _told(
        self, kind: str, method: str, path: str, body: dict[str, Any] | None, *, bearer: str = "", expects: int = 200
    ) -> Any:
        json = orjson.dumps(body) if body is not None else None
        who, key = bearer or self.citizen, self._key()
        one = request(method, self._path(path), bearer=who, json=json, expects=expects, headers=key)
        return (await self._asked(kind, one)).json()

    async def _asked(self, kind: str, one: Request) -> Answer:
        answer = await self.ask(kind, one)
        if answer.status != one.expects:
            raise NotDone(f"{kind} of {self.code or self.dossier_id or 'a new one'}: {answer.status} {answer.body[:300]!r}")
        return answer

    def _path(self, rest: str) -> str:
        return f"/api/v1/dossiers/{self.dossier_id}{rest}" if self.dossier_id else f"/api/v1/dossiers{rest}"

    def _key(self) -> dict[str, str]:
        return {"idempotency-key": str(uuid4())} if self.keyed else {}

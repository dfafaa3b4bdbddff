"""Play one dossier of one procedure from the first page to the handed-over result, over the public API alone."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import httpx2

from app.smoke.calling import Caller, CallFailed, NothingMoves, wait_for
from app.smoke.filling import Persona, fill_fields, fill_page
from app.smoke.pages import forms_of, press
from app.smoke.papers import pdf, png
from app.smoke.words import WORDS

OVER: Final = frozenset({"returned", "refused", "refused_at_intake", "withdrawn", "stopped"})
WAYS: Final = ("online", "counter", "post", "online")
PATIENCE: Final = 240.0  # seconds without any change
MOST_PAGES: Final = 80


@dataclass(slots=True)
class Played:
    """What became of one procedure. `times`: seconds by phase, in order."""

    procedure: str
    name: str
    channel: str = ""
    way: str = ""
    code: str = ""
    dossier: str = ""
    times: dict[str, float] = field(default_factory=dict)
    papers: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)
    failure: str = ""
    _since: float = field(default_factory=time.monotonic)

    def lap(self, phase: str) -> None:
        """The time since the last lap belongs to `phase`."""
        now = time.monotonic()
        self.times[phase] = self.times.get(phase, 0.0) + now - self._since
        self._since = now


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who plays. `citizen` is None where nobody could sign in at the portal."""

    officers: Mapping[str, Caller]
    citizen: Caller | None
    office: Mapping[str, Any]
    other_territory: str


class Play:
    """One dossier under way."""

    def __init__(self, cast: Cast, brief: Mapping[str, Any], number: int) -> None:
        self.cast, self.number = cast, number
        self.counter = cast.officers["reception"]
        self.procedure = self.counter.get(f"/procedures/{brief['code']}")
        self.played = Played(brief["code"], brief["short"]["vi"])
        ways = self.procedure["return_ways"]
        self.played.way = next((way for way in WAYS[number % len(WAYS):] + WAYS if way in ways), ways[0])
        by_citizen = "online" in self.procedure["channels"] and cast.citizen is not None
        self.played.channel = "online" if by_citizen else next(
            one for one in ("counter", "post", "online") if one in self.procedure["channels"]
        )
        self.applicant = cast.citizen if by_citizen and cast.citizen else self.counter
        self.persona = self._persona(brief["code"])

    @property
    def path(self) -> str:
        return f"/dossiers/{self.played.dossier}"

    def fill_in(self) -> None:
        """The draft: form, papers, way of return."""
        self.played.dossier = self._begin()["id"]
        asked: dict[str, int] = {}
        for _ in range(MOST_PAGES):
            tasks = self.applicant.get(f"{self.path}/readiness")["tasks"]
            page_id = next((one["page"] for one in tasks if one["page"] and one["status"] in ("todo", "part")), None)
            if page_id is None:
                break
            asked[page_id] = asked.get(page_id, 0) + 1
            if asked[page_id] > 2:
                raise NothingMoves(f"page {page_id} stays incomplete after it was answered")
            page = next(one for one in self.procedure["form"]["pages"] if one["id"] == page_id)
            values = fill_page(page, self.persona, date.today())
            self.applicant.put(f"{self.path}/answers/{page_id}", {"values": values})
        self._hand_in_papers()
        way: dict[str, Any] = {"way": self.played.way}
        if self.played.way == "post":
            place = {"province": self.persona.province, "commune": self.persona.territory, "street": self.persona.street}
            way |= {"name": self.persona.name, "phone": self.persona.phone, "address": place}
        self.applicant.put(f"{self.path}/return", way)
        self.played.lap("fill in")

    def submit(self) -> None:
        """The code."""
        missing = self.applicant.get(f"{self.path}/readiness")["missing"]
        if missing:
            raise NothingMoves(f"not ready to be submitted; missing: {'; '.join(missing)}")
        self.played.code = self.applicant.post(f"{self.path}/submit")["code"]
        self.played.lap("submit")

    def handle(self) -> None:
        """Officers, agencies and the applicant do what is open until the dossier is over, or lies with the post."""
        changed_at, before = time.monotonic(), ""
        while True:
            stands = self.counter.get(self.path)
            mark = f"{stands['state']} {[(one['task_no'], one['name']) for one in stands['steps']]} {stands['owed']}"
            if mark != before:
                changed_at, before = time.monotonic(), mark
            if stands["state"] in OVER or (stands["state"] == "result_ready" and self._with_the_post()):
                self.played.lap("return")
                break
            if not self._move(stands):
                if time.monotonic() - changed_at > PATIENCE:
                    raise NothingMoves(f"{self.played.code} stands still for {PATIENCE:.0f} s at {mark}")
                time.sleep(0.4)
        if stands["state"] not in ("returned", "result_ready"):
            raise NothingMoves(f"{self.played.code} ended as {stands['state']}, not with a result")

    def _move(self, stands: Mapping[str, Any]) -> bool:
        """Do one open thing; False when there is none."""
        if stands["owed"] and stands["state"] not in ("draft", "submitted"):
            self._pay()
            self.played.lap("pay")
            return True
        for step in stands["steps"]:
            self._do(step)
            self.played.lap(_phase(step["name"]))
            return True
        for question in self.counter.get(f"{self.path}/consultations")["items"]:
            if question["state"] == "asked":
                opinion = "confirmed" if "commune" in question["kind"] else "agree"
                answer = {"opinion": opinion, "words": "Thống nhất (mẫu)."}
                self.counter.post(f"/consultations/by-key/{question['answer_key']}/answer", answer)
                self.played.lap("consult")
                return True
        return False

    def _do(self, step: Mapping[str, Any]) -> None:
        applicant = self.cast.citizen or self.applicant
        person = applicant if step["role"] == "applicant" else self.cast.officers.get(step["role"])
        if person is None:
            raise NothingMoves(f"step {step['name']} needs a {step['role']}, and nobody signed in as one")
        now = next(
            one for one in person.get(f"{self.path}/steps")["items"] if one["task_no"] == step["task_no"]
        )
        if now["checklist"]:
            lines = person.get(f"{self.path}/checklist")["lines"]
            verdicts = {line["component"]: {"verdict": "ok"} for line in lines if line["verdict"] != "ok"}
            person.put(f"{self.path}/checklist", {"verdicts": verdicts})
        action = next((one for one in now["actions"] if one["tone"] == "primary"), now["actions"][0])
        person.post(f"{self.path}/steps/{step['task_no']}", {
            "action": action["id"], "fields": fill_fields(action["fields"], self.persona, date.today(), step["name"]),
            "reason": "Theo hồ sơ (mẫu)." if action["reason"] else "", "previewed_sha256": now["preview_sha256"],
        })

    def _pay(self) -> None:
        """The citizen on the payment platform when there is one, else over the counter."""
        if self.played.channel == "online" and self.cast.citizen is not None and not self._attempts():
            try:
                url = self.cast.citizen.post(f"{self.path}/payments", {"method": "online"})["pay_url"]
            except CallFailed:
                url = ""
            if url:
                with httpx2.Client(timeout=30, trust_env=False) as browser:
                    page = browser.get(url)
                    for form in forms_of(page):
                        button = next((one for one in form.buttons if one[1] == "pay"), None)
                        if button:
                            press(browser, form, button[0], button[1])
                wait_for("the payment platform", self._settled, seconds=PATIENCE, every=1.0)
                if not self.counter.get(self.path)["owed"]:
                    self.played.checks.append("paid online")
                    return
        self.counter.post(f"{self.path}/payments", {"method": "counter"})
        self.played.checks.append("paid at the counter")

    def _attempts(self) -> int:
        return len(self.counter.get(f"{self.path}/fees")["payments"])

    def _settled(self) -> bool:
        """Whether no payment is under way any more; asking makes the office ask the platform."""
        money = self.counter.get(f"{self.path}/fees")
        return all(one["state"] in ("captured", "failed") for one in money["payments"])

    def _with_the_post(self) -> bool:
        if self.played.way != "post":
            return False
        found = self.counter.get(f"{self.path}/deliveries")["items"]
        return any(one["state"] in ("handed_over", "in_transit", "delivered", "failed_attempt") for one in found)

    def _begin(self) -> Any:
        if self.applicant is self.cast.citizen:
            wanted = {"procedure": self.procedure["code"], "office_id": self.cast.office["id"]}
            return self.applicant.post("/dossiers", wanted)
        return self.counter.post("/counter/dossiers", {
            "procedure": self.procedure["code"], "channel": self.played.channel, "consent": {"how": "spoken"},
            "citizen": {
                "name": self.persona.name, "personal_number": self.persona.personal_number, "sex": "female",
                "birth": dict(self.persona.birth), "address": self.persona.address, "phone": self.persona.phone,
            },
        })

    def _hand_in_papers(self) -> None:
        for number, line in enumerate(self.applicant.get(f"{self.path}/checklist")["lines"]):
            if not (line["required"] and line["how"] == "submit" and not line["files"]):
                continue
            two_pages = number % 2 == 0 or line["component"] == "original"
            data = pdf(line["component"], 2) if two_pages else png(shade=220 + number)
            name = f"{line['component']}.{'pdf' if two_pages else 'png'}"
            self.applicant.post(f"{self.path}/papers/{line['component']}", files={"file": (name, data)})

    def _persona(self, code: str) -> Persona:
        words, short = dict(WORDS.get(code, {})), str(self.cast.office["short_name"])
        if code == "1.004873":
            words["planned_place.place"] = {
                "province": self.cast.office["territory_code"][:2], "commune": self.cast.other_territory, "street": "",
            }
        return Persona(
            name="Lâm Thị Mẫu Thử", personal_number=f"0001{secrets.randbelow(10**8):08d}",
            birth={"year": 1990, "month": 5, "day": 17}, phone="0900000199", email="mau.thu@thanhgiang.example",
            territory=self.cast.office["territory_code"], province=self.cast.office["territory_code"][:2],
            address=f"Thôn Đình, {short[:1].lower()}{short[1:]}",
        ).saying(words)


def _phase(step: str) -> str:
    return {
        "check_papers": "receive", "sign_result": "sign", "seal_result": "seal", "return_result": "return",
        "hand_to_post": "return", "confirm_draft": "confirm",
    }.get(step, "examine")



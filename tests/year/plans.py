"""Who comes in the year, with what, and how it goes: drawn by the dice of one seed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.citizens.service import Identity
from app.demo_play.stories import BIRTH, COPY, MARITAL, PERMIT, Story
from app.kit.clock import LOCAL

FIRST, LAST = date(2026, 1, 2), date(2026, 12, 31)
DAY = 8 * 60  # office minutes
CHANGE_DAYS = (date(2026, 4, 6), date(2026, 7, 15), date(2026, 10, 5))  # see commune.CHANGES
PROCEDURES = (COPY, COPY, COPY, MARITAL, MARITAL, MARITAL, PERMIT, PERMIT, BIRTH)
WORDS: Mapping[str, Mapping[str, Any]] = {
    COPY: {"document.name": "Bằng tốt nghiệp MẪU", "document.number": "M00001", "document.issuer": "Trường Mẫu",
           "document.pages": 2, "output.copies": 2, "output.format": "paper", "draft_result.pages_compared": 2},
    MARITAL: {"purpose.purpose": "loan", "status.status": "never_married", "examine.status": "never_married",
              "previous.issued_before": "no", "exemption.exemption": "none"},
    PERMIT: {"land.plot": "100", "land.map_sheet": "12", "land.plot_area": "180 m²", "land.land_papers": "GCN MẪU 000123",
             "land.heritage_area": "no", "land.land_in_database": "no", "work.fire_result_needed": "no",
             "size.ground_floor_area": "96 m²", "size.total_floor_area": "192 m²", "size.floors": 2, "size.height": "7,8 m",
             "size.density": "53 %", "designer.name": "Công ty Mẫu", "site_check.members": "Nguyễn Hữu Gạch",
             "site_check.findings": "Đúng (mẫu).", "draft_result.levels": "+0,45", "draft_result.red_line": "4,0 m",
             "draft_result.building_line": "5,5 m", "draft_result.land_use_factor": "1,1",
             "contact.email": "congdan@thanhgiang.example"},
    BIRTH: {"relation.requester_relation": "mother", "child.name": "Nguyễn Mẫu An", "child.sex": "nam",
            "child_birth.place": "Trạm Y tế xã Tân Mai, tỉnh Thanh Giang", "birth_proof.number": "011/GCS",
            "copies.copies": 1},
}


@dataclass(frozen=True)
class Plan:
    """One dossier of the year. `answers`: office minutes until each supplement is answered, None for never."""

    story: Story
    arrives: datetime
    answers: tuple[int | None, ...] = ()
    slow: Mapping[str, int] = field(default_factory=dict)
    extended: bool = False
    ends: str = ""  # withdrawn or stopped …
    ends_after: int = 0  # … once so many steps are finished


def plans(count: int, seed: int) -> list[Plan]:
    """So many dossiers in the order they come, the last of them shortly before the year ends."""
    dice = random.Random(seed)
    days = (LAST - FIRST).days
    made = []
    for n in range(count):
        day = FIRST + timedelta(days=int(days * (n + dice.random()) / count))
        if n % 5 == 2:  # every fifth comes shortly before the calendar changes
            day = CHANGE_DAYS[n // 5 % len(CHANGE_DAYS)] - timedelta(days=dice.randrange(1, 4))
        made.append(_plan(n, dice, day))
    return sorted(made, key=lambda plan: plan.arrives)


def _plan(n: int, dice: random.Random, day: date) -> Plan:
    code = PERMIT if n % 5 == 2 else MARITAL if n % 9 == 4 else dice.choice(PROCEDURES)
    channel = {PERMIT: "online", COPY: "counter"}.get(code) or dice.choice(("counter", "online", "online"))
    hour = dice.choice((7, 8, 9, 10, 13, 14, 15, 16)) if channel == "counter" else dice.randrange(24)
    arrives = datetime(day.year, day.month, day.day, hour, dice.randrange(60), tzinfo=LOCAL)
    choices: dict[str, tuple[str, ...]] = {}
    drawn, answers = dice.random(), tuple[int | None, ...]()
    if drawn < 0.30:
        step = dice.choice(("check_papers", "examine", "examine"))
        times = 2 if dice.random() < 0.3 else 1
        choices[step] = ("ask_supplement",) * times
        lapses = dice.random() < 0.25
        answers = tuple(None if lapses and turn == times - 1 else dice.randrange(30, 15 * DAY) for turn in range(times))
    elif drawn < 0.36:
        choices["examine"] = ("refuse",)
    elif drawn < 0.38:
        choices["check_papers"] = ("refuse_at_intake",)
    if n % 9 == 4:  # always some who are asked twice, and answer
        choices, answers = {"examine": ("ask_supplement",) * 2}, (90, 2 * DAY)
    if answers and code in (MARITAL, BIRTH) and channel == "online":  # online they bring no paper one could complain of
        channel, arrives = "counter", arrives.replace(hour=9)
    slow = {}
    for step in ("check_papers", "examine", "site_check", "draft_result", "sign_result", "seal_result", "return_result"):
        late = dice.random() < (0.05 if step == "check_papers" else 0.09)
        slow[step] = dice.randrange(DAY, 9 * DAY) if late else dice.randrange(5, 150)
    drawn = dice.random()
    ends = "" if n % 9 == 4 else "withdrawn" if drawn < 0.06 else "stopped" if drawn < 0.10 else ""
    online = code == PERMIT or (channel == "online" and dice.random() < 0.5)
    words = {**WORDS[code], "child_birth.born_on": {"year": day.year - 1, "month": 6, "day": 5}}
    return Plan(
        Story(f"year-{n}", code, _who(n), 0, "08:00", channel=channel,  # type: ignore[arg-type]
              way="online" if online else "counter", words=words, choices=choices),
        arrives, answers, slow, extended=dice.random() < 0.15, ends=ends, ends_after=dice.randrange(1, 4),
    )


def _who(n: int) -> Identity:
    return Identity(
        name="Tạ Quang Nhẫn", personal_number=f"0001990{n:05d}", subject=f"year-{n}", birth=(1990, 5, 17), sex="male",
        address="Thôn Đình, xã Tân Mai, tỉnh Thanh Giang", phone="+84912000111", email=f"nhan{n}@vidu.vn",
    )

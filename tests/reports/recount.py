"""The figures again, slowly, from journal and ledger alone: no SQL of reports, no column of the dossier's own clock."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.kit.db import Db

WALL = ZoneInfo("Asia/Ho_Chi_Minh")
Told = Mapping[UUID, Any]


@dataclass
class Story:
    """What journal and ledger tell of one dossier, and what never changes on it."""

    office_id: int
    version_id: UUID
    channel: str
    received: datetime | None = None
    over: tuple[datetime, str] | None = None
    ledger: list[Any] | None = None


async def stories(db: Db, offices: tuple[int, ...]) -> dict[UUID, Story]:
    """Every dossier of these offices."""
    found = {
        row["id"]: Story(row["office_id"], row["procedure_version_id"], row["channel"], ledger=[])
        for row in await db.rows(
            "SELECT id, office_id, procedure_version_id, channel FROM dossier WHERE office_id = ANY($1)", list(offices)
        )
    }
    for row in await db.rows("SELECT dossier_id, at, event FROM journal_line ORDER BY id"):
        story = found.get(row["dossier_id"])
        if story is None:
            continue
        kind = row["event"].removeprefix("dossier.")  # or "result.issued"
        if kind == "received":
            story.received = row["at"]
        elif kind in ENDS and story.over is None:
            story.over = (row["at"], kind)
    for row in await db.rows("SELECT * FROM deadline_line ORDER BY dossier_id, line_no"):
        if row["dossier_id"] in found:
            found[row["dossier_id"]].ledger.append(row)  # type: ignore[union-attr]
    return found


ENDS = {"result.issued", "result_ready", "returned", "refused", "refused_at_intake", "withdrawn", "stopped"}


def day_of(moment: datetime) -> date:
    return moment.astimezone(WALL).date()


def minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def place(story: Story, first: date, last: date, view: str) -> tuple[str, str] | None:
    """Origin and outcome by name, or None when the period does not count it. The period is over."""
    if story.received is None or day_of(story.received) > last:
        return None
    if story.over is not None and day_of(story.over[0]) < first:
        return None
    if day_of(story.received) < first:
        origin = "6"
    else:
        origin = "4" if story.channel == "online" else "5"
    if story.over is not None and day_of(story.over[0]) <= last:
        ended, how = story.over
        if how in ("withdrawn", "stopped"):
            return origin, "9"
        assert story.ledger
        due = story.ledger[-1]["due_after"]
        left, right = (day_of(ended), day_of(due)) if view == "days" else (minute(ended), minute(due))
        return origin, "8" if left < right else "9" if left == right else "10"
    standing, due = False, None
    for line in story.ledger or ():
        if day_of(line["written_at"]) > last:
            break
        if line["kind"] == "pause":
            standing = True
        elif line["kind"] != "mark":
            standing, due = False, line["due_after"]
    if standing or due is None:
        return origin, "12"
    midnight = datetime(last.year, last.month, last.day, tzinfo=WALL) + timedelta(days=1)
    late = day_of(due) < last if view == "days" else due < midnight
    return origin, "13" if late else "12"


def columns(told: dict[UUID, Story], first: date, last: date, view: str = "days", **only: object) -> dict[str, int]:
    """Columns 3 to 13 of the stories whose fields are `only`."""
    sums: Counter[str] = Counter()
    for story in told.values():
        if all(getattr(story, name) == value for name, value in only.items()):
            found = place(story, first, last, view)
            if found is not None:
                sums.update(found)
    sums["3"] = sums["4"] + sums["5"] + sums["6"]
    sums["7"] = sums["8"] + sums["9"] + sums["10"]
    sums["11"] = sums["12"] + sums["13"]
    return {str(n): sums[str(n)] for n in range(3, 14)}

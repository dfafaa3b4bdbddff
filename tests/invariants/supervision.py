"""I13: what supervisors look at: alarms, findings, causes of lateness, calendar changes, frozen reports."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from tests.invariants.facts import Facts, Row, Violation, sha256


def check(facts: Facts) -> Iterator[Violation]:
    """Everything of the clock's newcomers."""
    yield from _alarms(facts)
    yield from _findings(facts)
    yield from _causes(facts)
    yield from _changes(facts)
    yield from _snapshots(facts)


def _alarms(facts: Facts) -> Iterator[Violation]:
    rung = facts.by("alert")
    for dossier in facts["dossier"]:
        name, alarm = facts.name(dossier["id"]), dossier["alarm_at"]
        runs = dossier["received_at"] is not None and dossier["paused_at"] is None and dossier["finished_at"] is None
        told = [one for one in rung.get(dossier["id"], []) if one["kind"] != "stuck"]
        if alarm is not None and not runs:
            yield Violation("I13.alarm-asleep", name, f"an alarm waits for {alarm}, and no clock runs")
        if runs and not told:
            if alarm is None:
                yield Violation("I13.no-alarm", name, "its clock runs, nothing has rung and nothing will")
            elif dossier["due_at"] is not None and alarm > dossier["due_at"]:
                yield Violation("I13.alarm-late", name, f"the first alarm is {alarm}, after the due moment")


def _findings(facts: Facts) -> Iterator[Violation]:
    swept = max((one["cleared_at"] or one["found_at"] for one in facts["finding"]), default=None)
    open_now = Counter((one["cause"], one["subject"]) for one in facts["finding"] if one["cleared_at"] is None)
    for (cause, subject), count in open_now.items():
        if count > 1:
            yield Violation("I13.found-twice", subject, f"{cause} is open {count} times")
    for one in facts["finding"]:
        if one["cleared_at"] is not None and one["cleared_at"] < one["found_at"]:
            yield Violation("I13.finding-order", one["subject"], "it was cleared before it was found")
        if one["since"] > one["found_at"]:
            yield Violation("I13.finding-order", one["subject"], "it was found before it stood still")
        done = _step_done(facts, one)
        if one["cleared_at"] is None and done is not None and swept is not None and one["found_at"] < done < swept:
            yield Violation("I13.not-cleared", one["subject"], "its step is finished, the sentinel looked since, it is open")


def _step_done(facts: Facts, finding: Row) -> datetime | None:
    """When the step a finding is about was finished."""
    kind, _, rest = str(finding["subject"]).partition(":")
    task = rest.rpartition(":")[2]
    if kind != "step" or not task.isdigit():
        return None
    for line in facts.journal.get(finding["dossier_id"], []):
        if line["event"] == "step.finished" and line["facts"]["task"] == int(task):
            moment: datetime = line["at"]
            return moment
    return None


def _causes(facts: Facts) -> Iterator[Violation]:
    ledgers = facts.by("deadline_line")
    for cause in facts["late_cause"]:
        dossier = facts.dossiers.get(cause["dossier_id"])
        if dossier is None:
            continue
        lines = [line for line in ledgers.get(dossier["id"], []) if line["written_at"] <= cause["said_at"]]
        dues = [line["due_after"] for line in lines if line["due_after"] is not None]
        end = min(cause["said_at"], dossier["finished_at"] or cause["said_at"])
        if not dues or end <= dues[-1]:
            yield Violation("I13.not-late", facts.name(dossier["id"]), "why it is late was said, and it is not late")


def _changes(facts: Facts) -> Iterator[Violation]:
    """Who was moved by a change has the line of the ledger that says so, and the other way round."""
    told: set[tuple[object, object, object]] = set()
    for line in facts["deadline_line"]:
        if line["kind"] == "recount":
            told.add((line["dossier_id"], line["due_before"], line["due_after"]))
    kept: set[tuple[object, object, object]] = set()
    for effect in facts["calendar_effect"]:
        key = (effect["dossier_id"], effect["due_before"], effect["due_after"])
        if effect["moved_at"] is None or effect["due_before"] == effect["due_after"]:
            continue
        kept.add(key)
        if key not in told:
            name = facts.name(effect["dossier_id"])
            yield Violation("I13.moved-silently", name, "a change moved it without a ledger line")
    for dossier_id, before, after in told - kept:
        if before != after:
            name = facts.name(dossier_id)  # type: ignore[arg-type]
            yield Violation("I13.recount-alone", name, "it was counted again, and no change says so")
    states = {row["id"]: row["state"] for row in facts["calendar_change"]}
    for change in facts["calendar_change"]:
        applied = change["state"] in ("applying", "applied")
        if applied != (change["applied_at"] is not None) or (change["state"] == "applied") != (
            change["finished_at"] is not None
        ):
            yield Violation("I13.change-moments", change["decision"], f"it is {change['state']}; its moments say otherwise")
    if facts.finished and "applying" in states.values():
        yield Violation("I13.change-unfinished", "calendar", "a change came into force, and the recount never ended")


def _snapshots(facts: Facts) -> Iterator[Violation]:
    versions: dict[tuple[object, ...], list[int]] = {}
    for row in facts["report_snapshot"]:
        name = f"{row['form']} {row['first_day']}–{row['last_day']} v{row['version']}"
        text = json.dumps(row["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if sha256(text.encode()) != row["sha256"]:
            yield Violation("I13.snapshot-changed", name, "it is not what was frozen")
        if row["version"] > 1 and not row["note"].strip():
            yield Violation("I13.snapshot-reason", name, "a correction without its reason")
        series = (row["office_id"], row["form"], row["first_day"], row["last_day"], row["scope"])
        versions.setdefault(series, []).append(row["version"])
    for kept, numbers in versions.items():
        if sorted(numbers) != list(range(1, len(numbers) + 1)):
            yield Violation("I13.snapshot-gap", f"{kept[1]} of office {kept[0]}", f"versions {sorted(numbers)}")

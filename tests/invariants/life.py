"""I1, I2, I6, I8: no dossier lost, one code each, states and steps along the drawing, each change in the journal once."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from uuid import UUID
from xml.etree import ElementTree

from tests.invariants.facts import OF_DOSSIER, Facts, Row, Violation

CODE = re.compile(r"^(?P<office>[0-9A-Z][0-9A-Z.]*)-(?P<day>\d{6})-(?P<serial>\d{4})$")
WORKING = {"received", "in_progress", "payment_requested", "awaiting_signature", "supplement_requested"}
FINAL = {"refused_at_intake", "returned", "refused", "withdrawn", "stopped"}
# Which state may follow which, as the office understands it; written from the law, not from the program.
FOLLOWS: dict[str, set[str]] = {
    "draft": {"submitted", "received", "in_progress"},
    "submitted": WORKING | {"refused_at_intake", "withdrawn", "stopped", "refused", "awaiting_seal"},
    "received": WORKING | {"refused", "withdrawn", "stopped", "awaiting_seal"},
    "in_progress": WORKING | {"awaiting_seal", "result_ready", "returned", "refused", "withdrawn", "stopped"},
    "payment_requested": WORKING | {"submitted", "refused", "withdrawn", "stopped"},
    "supplement_requested": WORKING | {"submitted", "refused", "refused_at_intake", "withdrawn", "stopped"},
    "awaiting_signature": {"in_progress", "awaiting_seal", "result_ready", "returned", "withdrawn", "stopped", "refused"},
    "awaiting_seal": {"in_progress", "awaiting_signature", "result_ready", "returned"},
    "result_ready": {"returned"},
}


def check(facts: Facts) -> Iterator[Violation]:
    """Everything these four invariants say."""
    yield from _nothing_lost(facts)
    yield from _codes(facts)
    yield from _serials(facts)
    for dossier in facts["dossier"]:
        yield from _states(facts, dossier)
        yield from _steps(facts, dossier)
    yield from _waits_for_something(facts)
    yield from _actors(facts)


def _nothing_lost(facts: Facts) -> Iterator[Violation]:
    codes = {row["code"] for row in facts["dossier"]}
    for code in facts.acknowledged:
        if code not in codes:
            yield Violation("I1.lost", code, "somebody was told this code; no dossier has it")
    for table in OF_DOSSIER:
        for dossier_id in {row["dossier_id"] for row in facts[table]} - facts.dossiers.keys():
            if dossier_id is not None:
                yield Violation("I1.orphan", f"{table} of {dossier_id}", "its dossier does not exist")
    citizens = facts.one("citizen")
    for row in facts["dossier"]:
        if row["applicant_id"] not in citizens:
            yield Violation("I1.no-applicant", facts.name(row["id"]), "its applicant does not exist")
        if row["state"] != "draft" and not facts.by("process").get(row["id"]):
            yield Violation("I1.no-process", facts.name(row["id"]), "it was submitted and has no process")


def _codes(facts: Facts) -> Iterator[Violation]:
    offices = facts.one("office")
    for code, count in Counter(row["code"] for row in facts["dossier"] if row["code"]).items():
        if count > 1:
            yield Violation("I2.twice", code, f"{count} dossiers have this code")
    for key, count in Counter(row["submission_key"] for row in facts["dossier"]).items():
        if count > 1:
            yield Violation("I2.submitted-twice", str(key), f"one submission made {count} dossiers")
    for row in facts["dossier"]:
        name, draft = facts.name(row["id"]), row["state"] == "draft"
        if draft != (row["code"] is None):
            yield Violation("I2.code-and-draft", name, "a draft has no code, and everything else has one")
        if draft != (row["submitted_at"] is None):
            yield Violation("I2.no-moment", name, "submitted and when do not agree")
        submitted = sum(line["event"] == "dossier.submitted" for line in facts.journal.get(row["id"], []))
        if submitted != (0 if draft else 1):
            yield Violation("I2.submissions", name, f"the journal says submitted {submitted} times")
        if row["code"] is not None:
            match = CODE.match(row["code"])
            if match is None or match["office"] != offices[row["office_id"]]["code"]:
                yield Violation("I2.shape", name, "the code is not one of its office")


def _serials(facts: Facts) -> Iterator[Violation]:
    """A day's serials run from 1 without a gap: a submission that failed gave its number back."""
    drawn: dict[tuple[int, str], list[int]] = {}
    for row in facts["dossier"]:
        match = CODE.match(row["code"] or "")
        if match:
            drawn.setdefault((row["office_id"], match["day"]), []).append(int(match["serial"]))
    last = {(row["office_id"], f"{row['day']:%y%m%d}"): row["last"] for row in facts["code_serial"]}
    for key in drawn.keys() | last.keys():
        serials, counter = sorted(drawn.get(key, [])), last.get(key, 0)
        if serials != list(range(1, counter + 1)):
            words = f"{len(serials)} codes, the counter stands at {counter}"
            yield Violation("I2.gap", f"office {key[0]} on {key[1]}", words)


def _states(facts: Facts, dossier: Row) -> Iterator[Violation]:
    name, lines = facts.name(dossier["id"]), facts.journal.get(dossier["id"], [])
    told = [line["facts"] for line in lines if line["event"] == "dossier.state_changed"]
    changes = [(one["before"], one["after"]) for one in told]
    path = ["draft", *(after for _, after in changes)]
    if [before for before, _ in changes] != path[:-1]:
        yield Violation("I8.chain", name, f"the journal's changes do not join: {changes}")
    if path[-1] != dossier["state"]:
        yield Violation("I8.unwritten", name, f"it is {dossier['state']}; the journal left it {path[-1]}")
    for before, after in pairwise(path):
        if after not in FOLLOWS.get(before, set()):
            yield Violation("I6.state", name, f"{after} does not follow {before}")
    for column, event in (("received_at", "dossier.received"), ("returned_at", "result.returned")):
        written = sum(line["event"] == event for line in lines)
        if written != (dossier[column] is not None):
            yield Violation("I8.moment", name, f"{column} is {dossier[column]}; the journal has {written} {event}")
    for earlier, later in pairwise(lines):
        if later["at"] < earlier["at"] and later["event"] == "dossier.state_changed" == earlier["event"]:
            yield Violation("I8.order", name, "a later line tells of an earlier change")
    ended = dossier["state"] in FINAL | {"result_ready"}
    if ended != (dossier["finished_at"] is not None):
        yield Violation("I6.finished", name, f"{dossier['state']}, finished at {dossier['finished_at']}")


def _steps(facts: Facts, dossier: Row) -> Iterator[Violation]:
    name, lines = facts.name(dossier["id"]), facts.journal.get(dossier["id"], [])
    done = [line for line in lines if line["event"] == "step.finished"]
    open_now = facts.by("step").get(dossier["id"], [])
    for task, count in Counter(line["facts"]["task"] for line in done).items():
        if count > 1:
            yield Violation("I6.step-twice", name, f"task {task} was finished {count} times")
    for row in open_now:
        if row["task_no"] in {line["facts"]["task"] for line in done}:
            yield Violation("I6.step-open-and-done", name, f"{row['name']} is finished and still open")
    version = facts.versions.get(dossier["procedure_version_id"])
    if version is None:
        yield Violation("I6.no-version", name, "its procedure version does not exist")
        return
    drawing = _drawing(version["id"], version["package"]["process.bpmn"])
    actions = _actions(version["id"], version["package"]["procedure.toml"])
    for line in done:
        step = line["facts"]["step"]
        if line["facts"]["action"] not in actions.get(step, ()):
            yield Violation("I6.action", name, f"{step} has no action {line['facts']['action']} in its version")
    begun = [""]
    for step in [line["facts"]["step"] for line in done]:
        if not any(step in drawing.reach(one) for one in begun):
            yield Violation("I6.path", name, f"{step} cannot follow {begun[1:] or 'the submission'} in its drawing")
        begun.append(step)
    for row in open_now:
        if row["role"] != drawing.lanes.get(row["name"]):
            yield Violation("I6.lane", name, f"{row['name']} waits in the lane {row['role']}")
        elif not any(row["name"] in drawing.reach(one) for one in begun):
            yield Violation("I6.path", name, f"{row['name']} is open and cannot be reached yet")


def _waits_for_something(facts: Facts) -> Iterator[Violation]:
    steps, timers, jobs, deliveries = (facts.by(table) for table in ("step", "timer", "job", "delivery"))
    for process in facts["process"]:
        dossier = facts.dossiers.get(process["dossier_id"])
        if dossier is None:
            continue
        key, name = dossier["id"], facts.name(dossier["id"])
        left = [*steps.get(key, []), *timers.get(key, [])]
        if process["ended"] is not None:
            if left or dossier["state"] not in FINAL:
                words = f"its process ended; it is {dossier['state']} with {len(left)} open things"
                yield Violation("I6.ended", name, words)
            continue
        if dossier["state"] in FINAL:
            yield Violation("I6.not-ended", name, f"it is {dossier['state']} and its process goes on")
        effects = [row for row in jobs.get(key, []) if row["state"] in ("waiting", "stuck") and "task_no" in row["payload"]]
        asked = dossier["state"] == "supplement_requested"
        at_post = any(row["way"] == "post" and row["handed_at"] for row in deliveries.get(key, []))
        consulted = any(row["state"] == "asked" for row in facts.by("consultation").get(key, []))
        if not (left or effects or asked or at_post or consulted):
            yield Violation("I6.waits-for-nothing", name, "nobody and nothing will ever move it on")


def _actors(facts: Facts) -> Iterator[Violation]:
    officers, citizens = facts.one("officer"), facts.one("citizen")
    for line in facts["journal_line"]:
        known = {"officer": officers, "citizen": citizens}.get(line["actor_kind"])
        if known is not None and line["actor_id"] not in known:
            words = f"{line['event']} by a {line['actor_kind']} nobody knows"
            yield Violation("I8.nobody", facts.name(line["dossier_id"]), words)


class _Drawing:
    """The flows of a BPMN drawing; `lanes` by user task."""

    def __init__(self, xml: str) -> None:
        root = ElementTree.fromstring(xml)
        self.next: dict[str, set[str]] = {"": set()}
        self.people: set[str] = set()
        self.subprocesses: set[str] = set()
        self.lanes: dict[str, str] = {}
        for lane in root.iter():
            if _tag(lane) == "lane":
                for place in lane:
                    self.lanes[(place.text or "").strip()] = str(lane.get("id"))
        process = next(one for one in root if _tag(one) == "process")
        self.next[""] |= self._inside(process)
        self.known: dict[str, set[str]] = {}

    def _inside(self, container: ElementTree.Element) -> set[str]:
        """Take a process or subprocess in; the places where it begins."""
        begins, ends = set(), set()
        for one in container:
            kind, name = _tag(one), str(one.get("id"))
            if kind == "sequenceFlow":
                self.next.setdefault(str(one.get("sourceRef")), set()).add(str(one.get("targetRef")))
            elif kind == "boundaryEvent":
                # What sits on a place may happen instead of leaving it: it is reached by whatever reaches the place.
                self.next.setdefault(f"at {one.get('attachedToRef')}", set()).add(name)
            elif kind == "userTask":
                self.people.add(name)
                if role := next((word for key, word in one.items() if key.endswith("}role")), ""):
                    self.lanes[name] = role     # inside a subprocess, where lanes do not reach
            elif kind == "startEvent":
                begins.add(name)
            elif kind == "endEvent":
                ends.add(name)
            elif kind in ("subProcess", "transaction"):
                self.next.setdefault(f"in {name}", set()).update(self._inside(one))
                self.subprocesses.add(name)
        if _tag(container) != "process":
            for end in ends:
                self.next.setdefault(end, set()).add(str(container.get("id")))
        return begins

    def reach(self, begin: str) -> set[str]:
        """The user tasks that may come after `begin` ("" is the submission) with none between."""
        if begin not in self.known:
            found, seen = set[str](), set[str]()
            # Events on a subprocess may happen at any time while it runs.
            waiting = [begin, *(place for name in self.subprocesses for place in self.next.get(f"at {name}", ()))]
            while waiting:
                place = waiting.pop()
                if place in seen:
                    continue
                seen.add(place)
                waiting += self.next.get(f"at {place}", ())
                if place in self.people and place != begin:
                    found.add(place)
                else:
                    waiting += [*self.next.get(place, ()), *self.next.get(f"in {place}", ())]
                    if begin in self.next.get(place, ()):
                        found.add(begin)
            self.known[begin] = found
        return self.known[begin]


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


@cache
def _drawing(version_id: UUID, xml: str) -> _Drawing:
    return _Drawing(xml)


@cache
def _actions(version_id: UUID, toml: str) -> dict[str, set[str]]:
    steps = tomllib.loads(toml).get("steps", {})
    return {name: {action["id"] for action in step["actions"]} for name, step in steps.items()}

"""`motcua doctor`: looks at everything an office needs, and says in words what to mend."""

import asyncio
import json
from dataclasses import asdict

from app.doctor import database, machine, outside, signing_parts
from app.doctor.findings import Check, Finding, State, broken
from app.settings import Settings

__all__ = ["Finding", "State", "examine", "run"]

SIGNS = {State.FINE: "ok  ", State.WARNING: "look", State.BROKEN: "MEND", State.ABSENT: "-   "}


async def run(settings: Settings, as_json: bool = False) -> int:
    """Print the findings. 0 when nothing is broken, else 1."""
    found = await examine(settings)
    sick = [one for one in found if one.state is State.BROKEN]
    if as_json:
        print(json.dumps({"healthy": not sick, "findings": [asdict(one) for one in found]}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(in_words(found)))
    return 1 if sick else 0


async def examine(settings: Settings) -> list[Finding]:
    """All checks at once; a check that fails itself is a finding, never a traceback."""
    checks: dict[str, Check] = {
        "machine": lambda: machine.settings_and_machine(settings),
        "database": lambda: database.check(settings),
        "store": lambda: machine.store(settings),
        "signing": lambda: signing_parts.check(settings),
        "outside": lambda: outside.check(settings),
    }
    answers = await asyncio.gather(*(_looked_at(area, check) for area, check in checks.items()))
    return [finding for answer in answers for finding in answer]


async def _looked_at(area: str, check: Check) -> list[Finding]:
    try:
        return await check()
    except Exception as error:
        return [broken(area, f"could not be looked at: {type(error).__name__}: {error}", "Report this.")]


def in_words(found: list[Finding]) -> list[str]:
    """One line a finding, the remedy under what needs one, a last line to read aloud."""
    lines = []
    for one in found:
        lines.append(f"{SIGNS[one.state]}  {one.area}: {one.found}")
        if one.mend and one.state is not State.FINE:
            lines.append(f"        {one.mend}")
    count = {state: sum(one.state is state for one in found) for state in State}
    lines += ["", f"{count[State.BROKEN]} to mend, {count[State.WARNING]} to look at, {count[State.FINE]} in order."]
    return lines

"""How the workers of a run share the tests: a file stays whole, folders that start one server stay whole, the long begin.

A database, an office, a year or an S3 server that a file's tests stand on is then made by one worker, not by each;
two workers never open demos on neighbouring ports; no long file begins when everything else is done.

This is our own scheduler because the groups of `--dist loadgroup` are written into the name of a test where pytest 9.2
no longer looks (pytest-xdist 3.8.0): every group was taken apart without a word.
"""

from pathlib import PurePath

import pytest
from xdist.scheduler import LoadScopeScheduling

# One server, office or PKI for the whole folder.
WHOLE = {
    "tests/storage": "stores", "tests/signing": "signing", "tests/outages": "outages", "tests/bad_input": "bad_input",
    "tests/journeys": "office", "tests/smoke": "office", "tests/gateways": "gateways",
}
# What takes longest begins first; of the rest the order does not matter.
LONG = (
    "tests/journeys", "tests/smoke", "tests/year", "tests/startup/test_demo.py", "tests/test_demo_play.py", "tests/signing",
    "tests/startup", "tests/overview", "tests/simulators", "tests/reports", "tests/outages", "tests/portal", "tests/gallery",
    "tests/dossiers", "tests/desk", "tests/sentinel", "tests/quality", "tests/invariants", "tests/scale", "tests/storage",
)


class WholeFiles(LoadScopeScheduling):  # type: ignore[misc]
    """Hands out groups, in the order they were found in."""

    def _split_scope(self, nodeid: str) -> str:
        return group(PurePath(nodeid.split("::", 1)[0]))


def group(file: PurePath) -> str:
    """What stays in one worker with this file (its path in the checkout)."""
    return WHOLE.get("/".join(file.parts[:2]), str(file))


def long_first(items: list[pytest.Item]) -> None:
    """Sort; files keep the order they were found in."""
    items.sort(key=lambda item: _place(PurePath(item.nodeid.split("::", 1)[0])))


def _place(file: PurePath) -> int:
    return next((n for n, start in enumerate(LONG) if file.is_relative_to(start)), len(LONG))

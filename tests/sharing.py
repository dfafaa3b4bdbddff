"""How the workers of a run share the tests: a file stays whole, folders that start one server stay whole, the long begin.

A database, an office, a year or an S3 server that a file's tests stand on is then made by one worker, not by each;
and no long file begins when everything else is done. Without xdist nothing changes.
"""

from pathlib import PurePath

import pytest

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


def share_out(items: list[pytest.Item]) -> None:
    """Put the tests into the order and the groups `--dist loadgroup` hands them out by."""
    for item in items:
        if not any(item.iter_markers("xdist_group")):
            item.add_marker(pytest.mark.xdist_group(_group(item)))
    items.sort(key=_place)


def _file(item: pytest.Item) -> PurePath:
    return item.path.relative_to(item.config.rootpath)


def _group(item: pytest.Item) -> str:
    file = _file(item)
    return WHOLE.get("/".join(file.parts[:2]), str(file))


def _place(item: pytest.Item) -> int:
    """Stable: files keep the order they were found in."""
    return next((n for n, start in enumerate(LONG) if _file(item).is_relative_to(start)), len(LONG))

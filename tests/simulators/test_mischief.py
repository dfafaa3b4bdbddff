"""Bad behaviour is on unless asked otherwise, repeats with its seed, and can be changed while running."""

import subprocess
import sys
from pathlib import Path

import pytest

from simulators import identity, mailbox, payment, population, post, sms
from simulators.mischief import Mischief, NoSuchRate
from tests.simulators.conftest import Starter
from tests.simulators.standing import ROOT

ALL = [identity, mailbox, payment, population, post, sms]


@pytest.mark.parametrize("system", ALL, ids=lambda one: one.__name__)
def test_every_system_misbehaves_unless_calm(system: object) -> None:
    rates: dict[str, float] = system.RATES          # type: ignore[attr-defined]
    assert all(rate > 0 for rate in Mischief(1, rates, calm=False).rates.values())
    assert not any(Mischief(1, rates, calm=True).rates.values())


def test_the_same_seed_falls_the_same_way() -> None:
    def thrown(seed: int) -> list[bool]:
        mischief = Mischief(seed, {"errors": 0.5}, calm=False)
        return [mischief.strikes("errors", f"call {n}") for n in range(64)]

    assert thrown(7) == thrown(7)
    assert thrown(7) != thrown(8)


@pytest.mark.parametrize("wish", [{"rates": {"eror": 1}}, {"rates": {"errors": -1}}, {"rates": {"errors": "all"}}])
def test_a_rate_that_does_not_exist_is_refused(wish: dict[str, object]) -> None:
    with pytest.raises(NoSuchRate):
        Mischief(1, {"errors": 0.5}, calm=True).change(wish)


async def test_an_outage_spares_only_health_book_and_switches(start: Starter) -> None:
    standing = await start("sms", "--calm")
    await standing.mischief(down=True)
    statuses = [(await standing.http.get(path)).status_code for path in ("/", "/api/messages/x", "/livez", "/_book")]
    await standing.mischief(down=False)
    assert statuses == [503, 503, 200, 200]
    assert (await standing.http.get("/")).status_code == 200


async def test_secrets_and_clocks_are_not_in_the_open_book(start: Starter) -> None:
    standing = await start("identity", "--calm")
    assert set(await standing.book()) == {"sign_in"}


async def test_unsigned_calls_are_turned_away(start: Starter) -> None:
    standing = await start("population", "--calm")
    answer = await standing.http.post("/api/queries", json={"request_id": "r-1"})
    assert answer.status_code == 401
    assert (await standing.book())["query"] == []


def test_an_unknown_rate_on_the_command_line_is_one_clear_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "simulators.sms", "--book", str(tmp_path / "b.sqlite"), "--rate", "eror=1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("--rate: eror=1.0; there are callback_seconds,")

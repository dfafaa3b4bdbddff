"""Time-stamps, revocation answers or keys are away while a leader signs or the clerk seals: the order waits, in words."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from app.jobs import service as jobs
from app.kit import clock
from app.signatures.keyring import Keyring
from app.worker import carry_out, look_around
from signing import Timestamper, TrustRoots
from simulators.pki import ensure, server, tsa_url
from tests.dossiers.situations import received
from tests.factories import OFFICES, Make, cut_keys
from tests.outages.conftest import Office


class Pki:
    """The development PKI, well or unwell."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url, self.keys = folder, url, cut_keys(folder)

    def keyring(self) -> Keyring:
        trust = TrustRoots.from_pem((self.folder / "root.pem").read_bytes())
        return Keyring(self.keys, Timestamper(tsa_url(self.folder), timeout=2), trust)

    def behave(self, **services: object) -> None:
        request = urllib.request.Request(f"{self.url}/behaviour", json.dumps(services).encode(), method="POST")
        urllib.request.urlopen(request, timeout=5).close()

    @contextmanager
    def unwell(self, **services: object) -> Iterator[None]:
        self.behave(**services)
        try:
            yield
        finally:
            self.behave()


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pki]:
    folder = tmp_path_factory.mktemp("unwell-pki")
    web = server.make(folder, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{web.server_port}"
    ensure(folder, url)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield Pki(folder, url)
    web.shutdown()
    thread.join()
    web.server_close()


@pytest.fixture
def make(calm: Office, pki: Pki) -> Make:
    tools = replace(calm.tools, keyring=pki.keyring())
    calm.app.state.tools = tools
    return Make(calm.database, tools)


async def drafted(make: Make) -> UUID:
    dossier_id = await received(make)
    await make.act(dossier_id, "draft_result", "draft", "specialist")
    await make.worked()
    return dossier_id


async def job(make: Make, dossier_id: UUID, name: str) -> dict[str, object]:
    async with make.database.transaction(offices=OFFICES) as db:
        row = await db.row("SELECT id, state, trouble FROM job WHERE dossier_id = $1 AND name = $2", dossier_id, name)
    assert row is not None
    return dict(row)


async def resumed(make: Make, after: timedelta) -> None:
    """What the worker's sweep does that much later."""
    with clock.at(clock.now() + after):
        async with make.database.transaction(offices=OFFICES) as db:
            again = await jobs.resumed(db)
    for job_id in again:
        await carry_out(make.tools, job_id)


async def signatures(make: Make, dossier_id: UUID) -> list[str]:
    async with make.database.transaction(offices=OFFICES) as db:
        rows = await db.rows("SELECT kind FROM signature WHERE dossier_id = $1 ORDER BY signed_at", dossier_id)
    return [row["kind"] for row in rows]


UNWELL: dict[str, dict[str, object]] = {
    "the TSA hangs up": {"tsa": {"down": True}},
    "the TSA fails": {"tsa": {"status": 500}},
    "the TSA answers garbage": {"tsa": {"garbage": True}},
}


@pytest.mark.parametrize("how", UNWELL, ids=lambda how: str(how).replace(" ", "-"))
async def test_a_leader_signs_while_it_is_so_and_the_order_is_carried_out_once_when_it_is_over(
    make: Make, pki: Pki, how: str
) -> None:
    dossier_id = await drafted(make)
    with pki.unwell(**UNWELL[how]):
        await make.act(dossier_id, "sign_result", "sign", "leader")
        await make.worked()
        waiting = await job(make, dossier_id, "apply_signature")
        assert (waiting["state"], await signatures(make, dossier_id)) == ("waiting", [])
        assert "dấu thời gian không trả lời" in str(waiting["trouble"])
        assert (await make.case(dossier_id)).state.value == "awaiting_signature"
    await carry_out(make.tools, int(str(waiting["id"])))
    await carry_out(make.tools, int(str(waiting["id"])))
    assert (await job(make, dossier_id, "apply_signature"))["state"] == "done"
    assert await signatures(make, dossier_id) == ["leader"]


async def test_a_long_outage_is_shown_at_the_desk_with_its_cause_and_ends_by_itself(
    make: Make, pki: Pki, calm: Office
) -> None:
    dossier_id = await drafted(make)
    with pki.unwell(tsa={"down": True}):
        await make.act(dossier_id, "sign_result", "sign", "leader")
        waiting = await job(make, dossier_id, "apply_signature")
        for _ in range(jobs.MOST_ATTEMPTS):
            await carry_out(make.tools, int(str(waiting["id"])))
        assert (await job(make, dossier_id, "apply_signature"))["state"] == "stuck"
        door = await calm.officer("leader")
        code = (await make.case(dossier_id)).code
        await look_around(make.tools)
        page = (await door.knock("GET", "/overview/stuck", query="cause=outside_silent")).text
        assert str(code) in page
        assert "cơ quan cấp dấu thời gian không trả lời" in page
        await resumed(make, timedelta(minutes=3))
        assert (await job(make, dossier_id, "apply_signature"))["state"] == "stuck"
    await resumed(make, timedelta(minutes=6))
    assert (await job(make, dossier_id, "apply_signature"))["state"] == "done"
    assert await signatures(make, dossier_id) == ["leader"]


@pytest.mark.parametrize(
    ("services", "words"),
    [
        ({"tsa": {"down": True}}, "dấu thời gian"),
        ({"ocsp": {"down": True}, "crls": {"down": True}}, "tình trạng chứng thư"),
        ({"ocsp": {"garbage": True}, "crls": {"garbage": True}}, "tình trạng chứng thư"),
    ],
    ids=["no-time-stamps", "no-revocation", "garbage-for-revocation"],
)
async def test_a_seal_waits_too_and_the_leaders_signature_is_not_made_again(
    make: Make, pki: Pki, services: dict[str, object], words: str
) -> None:
    dossier_id = await drafted(make)
    await make.act(dossier_id, "sign_result", "sign", "leader")
    await make.worked()
    with pki.unwell(**services):
        await make.act(dossier_id, "seal_result", "seal", "clerk")
        await make.worked()
        waiting = await job(make, dossier_id, "apply_seal")
        assert (waiting["state"], await signatures(make, dossier_id)) == ("waiting", ["leader"])
        assert words in str(waiting["trouble"])
    await carry_out(make.tools, int(str(waiting["id"])))
    assert await signatures(make, dossier_id) == ["leader", "seal"]
    assert (await make.case(dossier_id)).state.value == "result_ready"


async def test_a_key_that_is_gone_needs_a_person_and_says_so(make: Make, pki: Pki) -> None:
    dossier_id = await drafted(make)
    key = pki.keys / "leader-tanmai.p12"
    key.rename(pki.keys / "aside")
    try:
        await make.act(dossier_id, "sign_result", "sign", "leader")
        waiting = await job(make, dossier_id, "apply_signature")
        for _ in range(jobs.MOST_ATTEMPTS):
            await carry_out(make.tools, int(str(waiting["id"])))
        held = await job(make, dossier_id, "apply_signature")
        assert held["state"] == "stuck"
        assert "leader-tanmai" in str(held["trouble"])
        await resumed(make, timedelta(minutes=6))
        assert (await job(make, dossier_id, "apply_signature"))["state"] == "stuck"
    finally:
        (pki.keys / "aside").rename(key)
    async with make.database.transaction(offices=OFFICES) as db:
        assert await jobs.free(db, int(str(held["id"])))
    await carry_out(make.tools, int(str(held["id"])))
    assert await signatures(make, dossier_id) == ["leader"]

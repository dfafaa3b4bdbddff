"""deploy/nginx.conf in a real nginx: who a visitor claims to be stays outside, no form is sent twice, guessing is slow."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from app.embedded import free_port
from app.settings import Settings
from app.supervisor import Supervisor
from tests.scale.nginx import proxy

ROOT = Path(__file__).parents[2]


@dataclass
class Web:
    """Stands for a web process. `hangs_up`: it takes the request and dies before it answers."""

    heads: list[str] = field(default_factory=list)
    hangs_up: bool = False
    port: int = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        if not self.hangs_up:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            await writer.drain()
        writer.close()


@asynccontextmanager
async def listening(web: Web) -> AsyncIterator[Web]:
    server = await asyncio.start_server(web.answer, "127.0.0.1", 0)
    web.port = server.sockets[0].getsockname()[1]
    async with server:
        yield web


@dataclass
class Front:
    """The proxy, asked, and the two behind it."""

    client: httpx.AsyncClient
    webs: tuple[Web, Web]

    @property
    def heads(self) -> list[str]:
        return [head for web in self.webs for head in web.heads]


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    port, supervisor = free_port(None, None), Supervisor(tmp_path, lambda line: None)
    async with listening(Web()) as one, listening(Web()) as other:
        try:
            await supervisor.start(proxy(tmp_path / "nginx", port, [one.port, other.port]))
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
                yield Front(client, (one, other))
        finally:
            await supervisor.stop()


async def test_what_a_visitor_claims_to_be_stays_outside(front: Front) -> None:
    claims = {"x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https", "forwarded": "for=203.0.113.9"}
    await front.client.get("/", headers=claims)
    (head,) = front.heads
    assert "203.0.113.9" not in head
    assert "X-Forwarded-For: 127.0.0.1\r\n" in head
    assert "X-Forwarded-Proto: http\r\n" in head


async def test_the_address_as_it_was_typed_reaches_the_office(front: Front) -> None:
    await front.client.get("/", headers={"host": "motcua.example:8443"})
    assert "Host: motcua.example:8443\r\n" in front.heads[0]


async def test_a_form_whose_process_died_is_sent_to_nobody_else(front: Front) -> None:
    for web in front.webs:
        web.hangs_up = True
    assert (await front.client.post("/dossiers", data={"a": "b"})).status_code == 502
    assert len(front.heads) == 1


async def test_a_page_whose_process_died_comes_from_the_other(front: Front) -> None:
    front.webs[0].hangs_up = True
    answers = [await front.client.get("/") for _ in range(4)]
    assert [one.status_code for one in answers] == [200] * 4
    assert front.webs[0].heads


async def test_one_address_guesses_ten_times_a_minute_whichever_process_answers(front: Front) -> None:
    told = [(await front.client.post("/track", data={"code": str(n)})).status_code for n in range(11)]
    assert told == [200] * 10 + [429]
    assert all(web.heads for web in front.webs)
    assert (await front.client.get("/track")).status_code == 200


async def test_more_than_a_file_at_its_limit_never_reaches_the_office(front: Front) -> None:
    answer = await front.client.post("/dossiers", content=bytes(28 * 1024 * 1024))
    assert answer.status_code == 413
    assert front.heads == []


def test_the_example_of_several_processes_names_what_there_is() -> None:
    told = (ROOT / "deploy" / "several.yml").read_text()
    named = set(re.findall(r"MOTCUA_(\w+?)(?:_FILE)?:", told))
    assert named <= {name.upper() for name in Settings.model_fields}
    secrets = set(re.findall(r"deploy/secrets/(\w+)", told))
    made = (ROOT / "deploy" / "make-secrets.sh").read_text()
    assert all(f"keep {one} " in made for one in secrets)
    webs = re.findall(r"server (app-\d):8000", (ROOT / "deploy" / "nginx.conf").read_text())
    assert all(one in told for one in webs)

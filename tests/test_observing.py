"""What operators are told is true: alive, ready, counted, logged without anybody's name."""

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.embedded import EmbeddedPostgres, port_is_free
from app.main import create_app
from app.observing import open_metrics
from app.settings import Settings
from tests.ports import free_port

ROOT = Path(__file__).parent.parent


@pytest.fixture
def settings(postgres: EmbeddedPostgres, tmp_path: Path) -> Settings:
    return Settings(
        database_url=postgres.app_dsn, store_url=f"folder://{tmp_path / 'objects'}", secret_key="x" * 40,
        workflows_folder=ROOT / "workflows", metrics_port=0, demo=True, pool_least=1, pool_most=3,
    )


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    (Path(settings.store_url.removeprefix("folder://"))).mkdir()
    with TestClient(create_app(settings), raise_server_exceptions=False) as one:
        yield one


def test_a_living_process_says_so(client: TestClient) -> None:
    assert client.get("/livez").text == "ok\n"


def test_ready_means_that_database_and_store_answer(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["database"], answer.json()["store"]) == (200, "ok", "ok")


def test_a_folder_is_never_called_write_once(client: TestClient) -> None:
    assert client.get("/readyz").json()["worm"] == "no worm"


def test_not_ready_while_the_store_is_away(client: TestClient, settings: Settings) -> None:
    folder = Path(settings.store_url.removeprefix("folder://"))
    folder.rename(folder.with_name("elsewhere"))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["store"]) == (503, "down")
    folder.with_name("elsewhere").rename(folder)
    assert client.get("/readyz").status_code == 200


def test_every_answer_forbids_what_is_not_ours(client: TestClient) -> None:
    headers = client.get("/khong-co-trang-nay").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_log_line_has_a_trace_and_no_words_people_typed(settings: Settings) -> None:
    Path(settings.store_url.removeprefix("folder://")).mkdir()
    with redirect_stdout(io.StringIO()) as said, TestClient(create_app(settings), raise_server_exceptions=False) as client:
        client.get("/procedures?words=Canary-Nguyễn-Thị-Ẩn-000199004821")
        client.post("/track", data={"code": "H99.08.22-261111-0040", "digits": "4821"})
    lines = [json.loads(line) for line in said.getvalue().splitlines() if line.startswith("{")]
    answered = [line for line in lines if line["event"] == "answered"]
    assert answered
    assert all(line["trace"] for line in answered)
    assert "Canary" not in said.getvalue()
    assert "4821" not in said.getvalue()


def test_of_several_processes_each_tells_its_own_figures() -> None:
    first = next(port for port in iter(free_port, None) if port_is_free(port + 10) and port_is_free(port + 20))
    taken = [open_metrics("127.0.0.1", first, processes=3) for _ in range(3)]
    assert taken == [first, first + 10, first + 20]
    assert open_metrics("127.0.0.1", first, processes=3) == 0

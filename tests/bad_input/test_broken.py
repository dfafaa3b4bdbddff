"""Should something break all the same: a page in words with a code to quote, and a log line without anybody's words."""

import json
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from app.main import create_app
from app.settings import Settings
from tests.outages.office import Door


@pytest.fixture
def broken() -> FastAPI:
    """The application with three routes that break."""
    app = create_app(Settings(demo=True, public_url="http://motcua.test"))

    @app.get("/broken")
    @app.get("/api/v1/broken")
    async def fail() -> None:
        raise ValueError("Canary-Nguyễn-Thị-Ẩn 000199004821")

    @app.get("/half")
    async def half() -> StreamingResponse:
        async def body() -> AsyncIterator[bytes]:
            yield b"begun"
            raise RuntimeError("Canary")

        return StreamingResponse(body())

    return app


async def test_the_page_says_what_became_of_the_work_and_what_to_quote(
    broken: FastAPI, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await Door(broken).knock("GET", "/broken", query="words=Canary")
    assert answer.status == 500
    assert "Việc vừa bấm CHƯA được thực hiện" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Canary" not in answer.text
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    line = next(one for one in said if one["event"] == "broken")
    assert (line["error"], line["trace"]) == ("ValueError", answer.headers["x-request-id"])
    assert any(place.startswith("test_broken.py:") for place in line["calls"])
    assert "Canary" not in json.dumps(said)
    assert any(one["event"] == "answered" and one["status"] == 500 for one in said)


async def test_a_machine_gets_a_problem(broken: FastAPI) -> None:
    answer = await Door(broken).knock("GET", "/api/v1/broken")
    problem = json.loads(answer.body)
    assert (answer.status, answer.headers["content-type"]) == (500, "application/problem+json")
    assert (problem["status"], problem["trace"]) == (500, answer.headers["x-request-id"])
    assert "Canary" not in answer.text


async def test_half_an_answer_is_never_taken_for_a_whole_one(broken: FastAPI) -> None:
    with pytest.raises(RuntimeError):
        await Door(broken).knock("GET", "/half")

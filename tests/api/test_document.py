"""The API's document is whole, and nothing it allows breaks the house."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from app.api import described
from app.api.document import METHODS
from tests.api.conftest import AsCitizen, AsOfficer
from tests.api.test_commands import filled
from tests.factories import Make


async def schema(client: httpx.AsyncClient) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.get("/openapi.json")).json()
    return answer


async def test_every_operation_says_what_it_does_and_what_it_answers(stranger: httpx.AsyncClient) -> None:
    for path, operations in (await schema(stranger))["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation.get("summary"), where
            assert operation.get("description"), where
            answers = {status for status in operation["responses"] if status.startswith("2")}
            assert answers, where
            assert {"401", "404", "409", "422"} <= set(operation["responses"]), where


async def test_every_command_takes_an_idempotency_key(stranger: httpx.AsyncClient) -> None:
    exempt = {"/api/v1/session", "/api/v1/verify", "/api/v1/tracking"}  # nothing is kept of them
    for path, operations in (await schema(stranger))["paths"].items():
        for method, operation in operations.items():
            if method != "get" and path not in exempt:
                names = {one["name"] for one in operation.get("parameters", ())}
                assert "Idempotency-Key" in names, f"{method} {path}"


async def test_the_page_for_people_names_every_operation_without_scripts(stranger: httpx.AsyncClient) -> None:
    page = (await stranger.get("/docs")).text
    for path, operations in (await schema(stranger))["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in page
    assert "<script" not in page


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=40),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=10), inner, max_size=3), max_leaves=6,
)
words = some.text(max_size=40) | some.sampled_from(["\x00", "1.004873", "🂡" * 9, "../..", "%00", "' OR 1=1 --", "9" * 40])


def fitting(whole: dict[str, Any], one: dict[str, Any]) -> some.SearchStrategy[Any]:
    """Values by a schema, half of the time; else anything."""
    if "$ref" in one:
        return fitting(whole, whole["components"]["schemas"][one["$ref"].rsplit("/", 1)[-1]])
    if "anyOf" in one:
        return some.one_of([fitting(whole, option) for option in one["anyOf"]])
    if "enum" in one or "const" in one:
        return some.sampled_from(one.get("enum") or [one["const"]])
    kind = one.get("type")
    if kind == "object" and "properties" in one:
        known = {name: fitting(whole, inner) | anything for name, inner in one["properties"].items()}
        return some.fixed_dictionaries({}, optional=known) | some.fixed_dictionaries(known)
    simple = {
        "integer": some.integers(-5, 2**40), "boolean": some.booleans(), "string": words, "null": some.none(),
        "array": some.lists(anything, max_size=3),
    }
    return simple.get(str(kind), anything)


@pytest.mark.slow
async def test_nothing_anybody_sends_breaks_the_house(
    stranger: httpx.AsyncClient, make: Make, citizen: AsCitizen, officer: AsOfficer
) -> None:
    """A few hundred odd requests to every operation, by a stranger, a citizen with a draft, and an officer."""
    whole = await schema(stranger)
    applicant = await citizen(await make.citizen())
    own = await filled(applicant)
    clients = [stranger, applicant, await officer("reception"), await officer("leader")]
    operations = [
        (path, method, operation) for path, methods in whole["paths"].items() for method, operation in methods.items()
        if method in METHODS and (method, path) != ("delete", "/api/v1/session")
    ]
    loop, broken = asyncio.get_running_loop(), []
    assert described.routes

    async def send(client: httpx.AsyncClient, path: str, method: str, values: dict[str, Any], body: Any) -> None:
        query = {name: value for (kind, name), value in values.items() if kind == "query"}
        for (kind, name), value in values.items():
            if kind == "path":
                path = path.replace(f"{{{name}}}", quote(str(value), safe="") or "x")
        content = json.dumps(body).encode("utf-8", "surrogatepass") if body is not None else None
        headers = {"content-type": "application/json"}
        answer = await client.request(method, f"http://motcua.test{path}", params=query, content=content, headers=headers)
        if answer.status_code >= 500 and answer.status_code != 503:
            broken.append((method, path, query, body, answer.text))

    def attack(data: some.DataObject) -> None:
        path, method, operation = data.draw(some.sampled_from(operations))
        values = {}
        for one in operation.get("parameters", ()):
            if one["in"] in ("path", "query"):
                value = data.draw(fitting(whole, one["schema"]))
                values[(one["in"], one["name"])] = own if one["name"] == "dossier" and data.draw(some.booleans()) else value
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        body = data.draw(fitting(whole, content["schema"]) | anything) if content else None
        client = data.draw(some.sampled_from(clients))
        asyncio.run_coroutine_threadsafe(send(client, path, method, values, body), loop).result(30)
        assert not broken

    every = settings(max_examples=250, deadline=None, derandomize=True, database=None,
                     suppress_health_check=list(HealthCheck), phases=[Phase.generate])(given(some.data())(attack))
    await asyncio.to_thread(every)

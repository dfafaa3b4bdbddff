"""No input whatever makes a route break: nonsense in paths, queries, headers and bodies gets an answer in words."""

from urllib.parse import quote_from_bytes, urlencode

import pytest

from app.main import create_app
from app.settings import Settings
from tests.bad_input.conftest import World
from tests.bad_input.every_route import BODIES, HEADERS, PATHS, QUERIES, WORDS, Way, ways
from tests.outages.office import Answer, Door

EVERY = ways(create_app(Settings(demo=True, log_level="error")))
# What leans on an outside system this office is not connected to may say so.
MAY_BE_AWAY = ("/sign-in", "/dossiers/{dossier_id}/pay")
FORM = {"content-type": "application/x-www-form-urlencoded"}


def wrong_with(way: Way, answer: Answer) -> str:
    """Why an answer is not acceptable, or nothing."""
    if answer.status >= 500 and not (answer.status == 503 and way.path.startswith(MAY_BE_AWAY)):
        return f"{answer.status}"
    if "content-security-policy" not in answer.headers or "x-request-id" not in answer.headers:
        return f"{answer.status} without its headers"
    if answer.status < 400:
        return ""
    kind = answer.headers.get("content-type", "")
    if way.path.startswith(("/api/", "/hooks/")):
        return "" if kind == "application/problem+json" else f"{answer.status} as {kind}"
    if way.path in ("/livez", "/readyz") or way.path.startswith("/static/"):
        return ""
    return "" if "text/html" in kind and len(answer.body) > 60 else f"{answer.status} without words"


async def tried(world: World, way: Way, door: Door, **sent: object) -> str:
    answer = await door.knock(way.method, **sent)  # type: ignore[arg-type]
    if answer.status in (401, 403) or "/sign-in" in answer.headers.get("location", ""):
        fresh = await world.door(way.who)
        door.word, door.token = fresh.word, fresh.token
    wrong = wrong_with(way, answer)
    return f"{wrong}: {str(sent)[:300]}" if wrong else ""


# Headers and raw queries are read before any route: one way in of each kind is enough.
SAMPLE = {(way.path.split("/")[1], way.who, way.method): way for way in EVERY}


@pytest.mark.parametrize("way", SAMPLE.values(), ids=str)
async def test_headers_and_queries_that_are_none_are_answered_in_words(world: World, way: Way) -> None:
    door, here = await world.door(way.who), way.filled(world.known)
    wrong = [await tried(world, way, door, path=here, query=bad) for bad in QUERIES]
    wrong += [await tried(world, way, door, path=here, headers=bad) for bad in HEADERS]
    assert not [one for one in wrong if one]


@pytest.mark.parametrize("way", EVERY, ids=str)
async def test_nonsense_is_answered_in_words(world: World, way: Way) -> None:
    door = await world.door(way.who)
    known = dict(world.known)
    if way.path.startswith(("/desk", "/overview")):
        known |= {"dossier_id": known["submitted"], "document_id": known["scan"]}
    here = way.filled(known)
    wrong = [
        await tried(world, way, door, path=way.filled(known, **{hole: bad}))
        for hole in way.holes
        for bad in (PATHS if hole == way.holes[-1] else PATHS[:8])
    ]
    wrong += [
        await tried(world, way, door, path=here, query=urlencode({name: bad})) for name in way.query for bad in WORDS
    ]
    if way.method != "GET":
        wrong += [
            await tried(world, way, door, path=here, body=body, headers={"content-type": kind}) for kind, body in BODIES
        ]
        wrong += [await tried(world, way, door, path=here, body=b"a=1", broken_off=True, headers=FORM)]
        wrong += [
            await tried(world, way, door, path=here, body=urlencode({name: bad}).encode(), headers=FORM)
            for name in way.fields[:6]
            for bad in (WORDS[::5] if way.path == "/desk/sign-in" else WORDS)  # each try there is a slow hash
        ]
        wrong += [
            await tried(
                world, way, door, path=here, body=f"{name}={quote_from_bytes(b'x' * 1_000_000)}".encode(), headers=FORM
            )
            for name in way.fields[:1]
        ]
        wrong += [
            await tried(
                world,
                way,
                door,
                path=here,
                headers={"content-type": "multipart/form-data; boundary=x"},
                body=(
                    f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="a\x00b/../..;.pdf"\r\n'
                    "Content-Type: text/html\r\n\r\nnot a file\r\n--x--\r\n"
                ).encode(),
            )
            for name in (*way.fields[:2], "paper", "document", "file")
        ]
    assert not [one for one in wrong if one]

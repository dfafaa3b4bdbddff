"""Every way of the bench and of the load is gone once, so that neither rots; no figure is judged here."""

import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from app.kit.clock import LOCAL
from benchmarks import goals, keeping
from benchmarks.arriving import province
from benchmarks.bare import application
from benchmarks.inside import inside_lines
from benchmarks.load import phase, served, verdict
from benchmarks.office import FIRST_STOCK, BenchOffice, dossier_code, open_office
from benchmarks.table import Line, Row, Said, markdown, plain
from benchmarks.unit_lines import floor_says, product_says

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("bench")]


@pytest.fixture(scope="module")
async def office() -> AsyncIterator[BenchOffice]:
    async with open_office() as opened:
        yield opened


async def test_every_way_of_a_step_goes(office: BenchOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = await inside_lines(office, rounds=1)
    assert {"H2", "H3", "F2", "F4"} <= {goal for row in rows for goal in row.goals.split()}
    monkeypatch.setenv("BENCH_FLOOR_DSN", office.postgres.superuser_dsn)
    monkeypatch.setenv("MOTCUA_DATABASE_URL", office.postgres.app_dsn)
    monkeypatch.setenv("BENCH_FOLDER", os.fspath(office.folder))
    app = application()
    async with (app.router.lifespan_context(app),
                httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench.invalid") as client):
        number = next(office.untouched)
        for path in ("/bare/1", f"/stock/{FIRST_STOCK}", "/submitted/1", f"/replayed/{number}"):
            assert (await client.post(path)).status_code == 200, path
        tracked = await client.post("/tracked", data={"code": dossier_code(number), "digits": f"{1 + number % 1000:04d}"})
        assert tracked.status_code == 200
        for path in ("/work", "/work.json"):
            assert (await client.get(path)).status_code == 200, path


async def test_the_work_unit_is_counted_on_both_sides(office: BenchOffice) -> None:
    for said in (await product_says(office), await floor_says(office)):
        assert said.endswith("6 commits")


async def test_the_load_loses_nothing(office: BenchOffice) -> None:
    async with served(office, processes=1, largest=500_000) as play:
        report, _ = await phase(play, 2, 1.0, views=6, uploads=1)
        assert report.rows
        *_, arrived = await province(play, rate=1.0, seconds=2.0, views=4, uploads=1)
        assert arrived.title.startswith("The province")
        last = await verdict(play, patience=60)
    assert last.sentences[-1].startswith("Nothing is lost"), last.sentences
    assert play.lives
    assert all(life.done for life in play.lives if life.code)
    assert not play.tally.errors, play.tally.said


def test_a_result_is_kept_where_the_page_waits_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "FOLDER", tmp_path / "speed")
    monkeypatch.setattr(keeping, "PAGE", tmp_path / "speed.md")
    keeping.PAGE.write_text(f"# Speed\n{keeping.BEGINS}\nthe result before\n{keeping.ENDS}\nwords of people\n")
    rows: list[Row] = [
        Line("a", "turn", "stock", "ms", 1, 1, 2, 2, 0.4, "H4"), Said("b", "files", "21", "17", "", "≥ 18", False, "F13"),
        Line("a", "fast", "slow", "ms", 1, 1, 2, 2, 1.5, "H1", at_least=True),
    ]
    found = goals.decided(rows, "make bench", "2026-11-22")
    assert {goal: one["verdict"] for goal, one in found.items()} == {"H4": "missed", "F13": "missed", "H1": "met"}
    assert "0.50" in plain(rows)
    keeping.keep_page("bench", "Bench", datetime(2026, 11, 22, tzinfo=LOCAL), ["machine"], markdown(rows))
    keeping.keep_figures("bench", {"aims": found})
    keeping.put_summary(goals.summary(found, {}))
    page = keeping.PAGE.read_text()
    assert "the result before" not in page
    assert "| H1 |" in page
    assert page.endswith("words of people\n")
    assert keeping.kept_figures("bench") == {"aims": found}


def test_the_page_has_a_place_for_the_summary() -> None:
    page = keeping.PAGE.read_text()
    assert page.index(keeping.BEGINS) < page.index(keeping.ENDS)

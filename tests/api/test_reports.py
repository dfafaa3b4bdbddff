"""Report 06a as JSON: the same figures, for those who watch, about what they see."""

from app.kit import clock
from app.reports.counting import counts, thirteen
from app.reports.periods import Period
from tests.api.conftest import AsOfficer
from tests.dossiers.situations import received
from tests.factories import COMMUNE, Make


async def test_a_head_reads_06a_of_the_office(make: Make, officer: AsOfficer) -> None:
    await received(make)
    today = clock.today()
    got = (await (await officer("head")).get("/reports/06a", params={"from": str(today), "to": str(today)})).json()
    async with make.database.transaction(offices=[COMMUNE]) as db:
        known = thirteen(await counts(db, [COMMUNE], Period(today, today))).columns
    assert tuple(got["rows"][-1]["numbers"].values()) == known
    assert got["rows"][-1]["numbers"]["3"] >= 1
    assert (got["first"], got["last"], got["units"]) == (str(today), str(today), ["Xã Tân Mai"])
    assert got["rules"]


async def test_a_province_reads_its_communes_and_one_of_them(officer: AsOfficer) -> None:
    supervisor = await officer("supervisor", "h99")
    assert len((await supervisor.get("/reports/06a?period=2026-M11")).json()["units"]) == 3
    assert (await supervisor.get(f"/reports/06a?period=2026-M11&office={COMMUNE}")).json()["units"] == ["Xã Tân Mai"]


async def test_who_does_not_watch_and_what_is_out_of_sight_get_nothing(officer: AsOfficer) -> None:
    assert (await (await officer("specialist")).get("/reports/06a")).status_code == 403
    assert (await (await officer("head")).get("/reports/06a?office=3")).status_code == 404


async def test_a_period_that_cannot_be_is_refused_in_words(officer: AsOfficer) -> None:
    head = await officer("head")
    for query in ("period=x", "from=2026-11-20&to=2026-11-01", "from=2026-11-20", "from=0001-01-01&to=9999-12-31"):
        got = await head.get(f"/reports/06a?{query}")
        assert got.status_code == 422, query
        assert "Kỳ báo cáo" in got.json()["detail"]

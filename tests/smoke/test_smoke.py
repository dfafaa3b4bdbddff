"""`motcua smoke` against a whole office with calm outside systems."""

import asyncio
from pathlib import Path

import pytest

from app.smoke import run
from app.smoke.signing_in import CannotSignIn, citizen
from tests.factories import PASSWORD
from tests.live import Live


async def smoked(live: Live, out: Path) -> tuple[int, list[str]]:
    """Run the program beside the worker; its exit code and lines."""
    told: list[str] = []
    task = asyncio.create_task(asyncio.to_thread(run, live.home, out, password=PASSWORD, say=told.append))
    while not task.done():
        await live.worked()
        await asyncio.wait({task}, timeout=0.2)
    return task.result(), told


@pytest.mark.slow
async def test_every_published_procedure_is_played_to_its_verified_result(live: Live, tmp_path: Path) -> None:
    code, told = await smoked(live, tmp_path)
    assert code == 0, "\n".join(told)
    table = told[-1]
    for procedure in ("1.001193", "1.004873", "1.013225", "2.000815"):
        assert procedure in table
    assert "FAILED" not in table
    kept = await asyncio.to_thread(lambda: sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.pdf")))
    for dossier in {path.split("/")[0] for path in kept}:
        assert f"{dossier}/{dossier}-KQ1.pdf" in kept
        assert any(path.startswith(f"{dossier}/form-receipt") for path in kept)


async def test_a_citizen_nobody_knows_is_told_by_name(live: Live) -> None:
    with pytest.raises(CannotSignIn, match="offers nobody called “Không Có Ai”"):
        await asyncio.to_thread(citizen, live.home, "Không Có Ai")

"""Keep every paper the office gave, and ask the office itself whether its results are real."""

import hashlib
import re
from pathlib import Path
from typing import Any, Final

from app.smoke.calling import NothingMoves, wait_for
from app.smoke.playing import Play

PRINTED_WITHIN: Final = 120.0  # seconds
KEPT: Final = frozenset({"form", "receipt"})  # results are fetched where they are verified


class CheckFailed(Exception):
    """Something the office gave is not what it should be."""


def keep_papers(play: Play, folder: Path) -> None:
    """Every printed form, receipt and signed result into `folder`, once the printing is done. Raises CheckFailed."""
    wait_for(f"the papers of {play.played.code}", lambda: _all_printed(play), seconds=PRINTED_WITHIN)
    folder.mkdir(parents=True, exist_ok=True)
    for paper in play.counter.get(f"{play.path}/papers")["items"]:
        if paper["kind"] not in KEPT:
            continue
        data = play.counter.bytes_of(paper["href"])
        name = _file_name(paper)
        (folder / name).write_bytes(data)
        if not data.startswith(b"%PDF-"):
            raise CheckFailed(f"{name} does not begin as a PDF")
        if hashlib.sha256(data).hexdigest() != paper["sha256"]:
            raise CheckFailed(f"{name} is not the file whose hash the office keeps")
        play.played.papers.append(name)
    play.played.lap("papers")


def verify_results(play: Play, folder: Path) -> None:
    """By its key, its store code and the file; the file with one byte changed must be called changed."""
    results = [one for one in play.counter.get(f"{play.path}/results")["items"] if one["state"] == "issued"]
    if not results:
        raise CheckFailed("there is no issued result")
    for one in results:
        data = play.counter.bytes_of(f"{play.path}/papers/{one['document_id']}")
        (folder / f"{one['store_code']}.pdf").write_bytes(data)
        play.played.papers.append(f"{one['store_code']}.pdf")
        _expect(play, "by its key", play.counter.get(f"/verify/{one['verify_key']}")["verdict"], "registered")
        _expect(play, "by its store code", play.counter.get("/verify", code=one["store_code"])["verdict"], "registered")
        _expect(play, "by the file", _judged(play, data)["verdict"], "valid")
        broken = bytearray(data)
        broken[len(broken) // 2] ^= 1
        _expect(play, "with one byte changed", _judged(play, bytes(broken))["verdict"], "changed")
    play.played.checks.append(f"{len(results)} verified")
    play.played.lap("verify")


def _all_printed(play: Play) -> bool:
    """Receipt and, where money was taken, a fee receipt. Signed results are there already."""
    papers = play.counter.get(f"{play.path}/papers")["items"]
    names = {paper["component"] for paper in papers if paper["kind"] in ("form", "receipt")}
    receipts = play.counter.get(f"{play.path}/fees")["receipts"]
    return "receipt" in names and all(one["document_id"] for one in receipts)


def _judged(play: Play, data: bytes) -> Any:
    return play.counter.post("/verify", files={"file": ("ket-qua.pdf", data)})


def _expect(play: Play, what: str, said: str, wanted: str) -> None:
    if said != wanted:
        raise CheckFailed(f"the result of {play.played.code}, {what}, is called {said}, not {wanted}")


def _file_name(paper: Any) -> str:
    stem = re.sub(r"[^0-9A-Za-zÀ-ỹ.\-]+", "-", paper["name"].removesuffix(".pdf")).strip("-")[:60]
    return f"{paper['kind']}-{paper['component'] or ''}-{stem}-{paper['id'][:4]}.pdf".replace("--", "-")


__all__ = ["CheckFailed", "NothingMoves", "keep_papers", "verify_results"]

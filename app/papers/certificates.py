"""Results of procedures: certificates, permits, certification pages. Printed from `workflows/<procedure>/result.typ`.

Number and date are drawn before printing, so that both signatures cover them. Without a number the paper is a draft:
it says "DỰ THẢO" across the page, shows blanks for what is not known yet, and reserves no place for signatures.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.papers import codes
from app.papers.errors import PaperDamaged
from app.papers.parts import Letterhead, Signer
from app.papers.press import Paper, press, print_paper


@dataclass(frozen=True)
class ResultPaper:
    """What every result prints; `content` holds the procedure's own fields, listed at the top of its `result.typ`.

    `verify_url` goes into the QR and stands beside it; `store_code` is `<dossier code>-KQ<n>`. `number` is the whole
    text ("125/2026"). Dates in `content` are `date`s or text: "2026-11-07", "1941-05", "1941".
    """

    title: str
    head: Letterhead
    code: str
    store_code: str
    verify_url: str
    signer: Signer
    content: Mapping[str, Any] = field(repr=False)
    number: str | None = None
    issued_on: date | None = None
    recipients: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if (self.number is None) != (self.issued_on is None):
            raise ValueError("a result is numbered and dated together")

    @property
    def is_draft(self) -> bool:
        """Whether number and date are still to be drawn."""
        return self.number is None


async def print_result(template: Path, result: ResultPaper, *, printed_at: datetime) -> Paper:
    """Print a result as proven PDF/A-2b, ready for signing: `places` has `leader` and `seal`, a draft has neither.

    The same result and moment give the same bytes. Raises LetterMissing when a text cannot be printed as it is,
    PaperDamaged when `content` lacks a field that the paper must have.
    """
    paper = await print_paper(template, result_data(result), printed_at=printed_at)
    return _checked(paper, result, template)


def press_result(template: Path, result: ResultPaper, *, printed_at: datetime) -> Paper:
    """The same, in this thread: for work that already runs beside the event loop."""
    return _checked(press(template, result_data(result), printed_at=printed_at), result, template)


def result_data(result: ResultPaper) -> dict[str, Any]:
    """What a template sees of a result: its fields, and those computed here."""
    data = {one.name: getattr(result, one.name) for one in fields(result)}
    shown = result.verify_url.removeprefix("https://").removeprefix("http://")
    return data | {"_draft": result.is_draft, "_verify": codes.qr(result.verify_url), "verify_address": shown}


def _checked(paper: Paper, result: ResultPaper, template: Path) -> Paper:
    if not result.is_draft and not {"leader", "seal"} <= paper.places.keys():
        raise PaperDamaged(f"{template.parent.name}/{template.name} reserves no place for leader and seal")
    return paper

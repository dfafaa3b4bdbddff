"""Print a result as its procedure version has it: the frozen template, the frozen content, the office's head."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from app.documents import service as documents
from app.dossiers.case import Case
from app.dossiers.tools import Tools
from app.kit import clock
from app.org.models import Office
from app.papers.certificates import ResultPaper, print_result
from app.papers.copies import certify_copy
from app.papers.parts import Letterhead, Signer
from app.papers.press import WORKFLOWS, Paper
from app.procedures.package import ResultRule
from app.results.models import Result


async def print_paper_of(tools: Tools, case: Case, office: Office, one: Result, *, draft: bool) -> Paper:
    """The paper of one result; a draft has neither number nor places for signatures."""
    rule = case.procedure.procedure.results[one.n - 1]
    paper = ResultPaper(
        title=one.title, head=letterhead(office), code=case.display_code, store_code=f"{case.display_code}-KQ{one.n}",
        verify_url=f"{tools.public_url}/verify/{one.verify_key}", signer=await _signer(tools, office, rule),
        content=printable(one.content), number=None if draft else one.number_text, issued_on=None if draft else one.dated,
    )
    printed = await print_result(template_of(case, rule), paper, printed_at=clock.now())
    if rule.certify_component is None or draft:
        return printed
    return await certify_copy(
        await _originals(tools, case, rule.certify_component), printed, title=one.title, printed_at=clock.now()
    )


def letterhead(office: Office) -> Letterhead:
    """The head of every paper of an office."""
    return Letterhead(
        parent=str(office.settings.get("parent_authority", "")), name=office.authority, place=office.place,
        phone=office.phone, website=office.website or "", address=office.address,
    )


def printable(content: Mapping[str, Any]) -> dict[str, Any]:
    """Answers in the form templates read: dates as "2026-11-07", "1941-05" or "1941"; addresses in two levels."""
    return {name: _value(value) for name, value in content.items()}


def template_of(case: Case, rule: ResultRule) -> Path:
    """The template of this very procedure version, laid out on disk beside the common library it imports."""
    folder = _folder(case.procedure.version_id)
    path = folder / "package" / rule.template
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_suffix(f".{os.getpid()}.half")
        half.write_text(case.procedure.files[rule.template], encoding="utf-8")
        half.replace(path)
    return path


@cache
def _folder(version_id: UUID) -> Path:
    folder = Path(tempfile.mkdtemp(prefix=f"motcua-{version_id}-"))
    shutil.copytree(WORKFLOWS / "forms", folder / "forms")
    return folder


def _value(value: Any) -> Any:
    if isinstance(value, Mapping) and "year" in value:
        parts = [f"{value['year']:04d}"]
        parts += [f"{value[part]:02d}" for part in ("month", "day") if part in value]
        return "-".join(parts)
    if isinstance(value, Mapping) and "commune" in value:
        return {
            "detail": value.get("street") or "", "commune": value.get("commune_name") or "",
            "province": value.get("province_name") or "",
        }
    return value


async def _signer(tools: Tools, office: Office, rule: ResultRule) -> Signer:
    async with tools.database.transaction(offices=[office.id or 0]) as db:
        row = await db.row(
            "SELECT name, title FROM officer WHERE office_id = $1 AND active AND roles ? $2 ORDER BY created_at LIMIT 1",
            office.id, rule.signer,
        )
    authority = str(office.settings.get("signs_for", "TM. ỦY BAN NHÂN DÂN"))
    return Signer(title=row["title"] if row else "", name=row["name"] if row else "", authority=authority)


async def _originals(tools: Tools, case: Case, component: str) -> bytes | list[bytes]:
    async with tools.database.transaction(offices=[case.office_id]) as db:
        papers = [one for one in await documents.of_dossier(db, case.id, ["paper"]) if one.component == component]
    contents = [await documents.bytes_of(tools.store, one) for one in papers]
    return contents[0] if len(contents) == 1 and contents[0].startswith(b"%PDF-") else contents

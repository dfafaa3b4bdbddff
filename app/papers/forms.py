"""The official forms: which template, which number by which act, which page; and printing one.

Renumbering trap (rules.md §2.1): "Mẫu 05" and "Mẫu 06" change meaning on 15 September 2025. Code names a form by its
content; its number, title and legal basis come from `workflows/forms/forms.toml`, by the day of printing.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from app.kit.clock import LOCAL
from app.papers import codes, words
from app.papers.errors import PaperDamaged
from app.papers.lists import HandoverList, PostalLabel, Register
from app.papers.press import WORKFLOWS, Paper, print_paper
from app.papers.receipts import Application, FeeReceipt, ResultReceipt, Undertaking
from app.papers.slips import Apology, ControlSlip, Receipt, RefusalSlip, StopNotice, SupplementRequest

Form = (
    Receipt | SupplementRequest | RefusalSlip | Apology | StopNotice | ControlSlip | Register
    | PostalLabel | HandoverList | ResultReceipt | FeeReceipt | Application | Undertaking
)  # fmt: skip

NAMES: Mapping[type, str] = {
    Receipt: "receipt",
    SupplementRequest: "supplement",
    RefusalSlip: "refusal",
    Apology: "apology",
    StopNotice: "stop",
    ControlSlip: "control_slip",
    Register: "register",
    PostalLabel: "label",
    HandoverList: "handover_list",
    ResultReceipt: "result_receipt",
    FeeReceipt: "fee_receipt",
    Application: "application",
    Undertaking: "undertaking",
}


@dataclass(frozen=True)
class Edition:
    """What a form is called while one act is in force; both days included, `valid_to` None while it lasts."""

    number: str
    title: str
    legal_basis: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True)
class FormSheet:
    """A form by its content: template, page size ("a4", "a4-landscape", "a5", "a6"), editions oldest first."""

    name: str
    template: Path
    page: str
    editions: tuple[Edition, ...]

    def edition(self, on: date) -> Edition:
        """The edition in force on a day. Raises PaperDamaged when there was no such form."""
        for edition in self.editions:
            if edition.valid_from <= on and (edition.valid_to is None or on <= edition.valid_to):
                return edition
        raise PaperDamaged(f"there is no form {self.name} in force on {on}")


@cache
def read_forms(folder: Path) -> Mapping[str, FormSheet]:
    """The forms of a folder, by name. Raises PaperDamaged when a template is missing or editions overlap."""
    sheets = {}
    for name, told in tomllib.loads((folder / "forms.toml").read_text(encoding="utf-8")).items():
        sheet = FormSheet(name, folder / f"{name}.typ", told["page"], tuple(Edition(**one) for one in told["edition"]))
        if not sheet.template.is_file():
            raise PaperDamaged(f"form {name} has no template")
        for earlier, later in zip(sheet.editions, sheet.editions[1:], strict=False):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                raise PaperDamaged(f"editions of form {name} overlap")
        sheets[name] = sheet
    return sheets


FORMS: Mapping[str, FormSheet] = read_forms(WORKFLOWS / "forms")


async def print_form(form: Form, *, printed_at: datetime, pdf_a: bool = True) -> Paper:
    """Print an official form. `printed_at` is aware and chooses the edition.

    Letters the typeface lacks are printed as □: a slip must come out even for a name nobody foresaw.
    Raises PaperDamaged.
    """
    sheet = FORMS[NAMES[type(form)]]
    return await print_paper(
        sheet.template, form_data(form, sheet, printed_at), printed_at=printed_at, pdf_a=pdf_a, unknown="mark"
    )


def form_data(form: Form, sheet: FormSheet, printed_at: datetime) -> dict[str, Any]:
    """What the template sees: the form's own fields, and those that start with "_", computed here."""
    edition = sheet.edition(printed_at.astimezone(LOCAL).date())
    data = {field.name: getattr(form, field.name) for field in fields(form)}
    data["_form"] = {**asdict(edition), "page": sheet.page}
    data["_printed_at"] = printed_at
    data |= {
        "_track": codes.qr(data["track_url"]) if data.get("track_url") else None,
        "_bars": codes.bars(data["code"]) if data.get("code") else None,
    }
    match form:
        case Receipt(mask_id=True):
            data["id_number"] = words.masked(form.id_number)
        case PostalLabel():
            data["_shipment"] = codes.bars(form.shipment, height_mm=18, room_mm=90)
            data["_to_collect"] = words.dong(form.to_collect)
        case FeeReceipt():
            data["_total"] = words.dong(form.total)
            data["_total_in_words"] = words.money(form.total)
            data["_amounts"] = [words.dong(line.amount) for line in form.lines]
            data["_number"] = f"{form.number:07}"
        case HandoverList():
            data["_amounts"] = [words.dong(row.to_collect) if row.to_collect else "" for row in form.rows]
            data["_total"] = words.dong(sum(row.to_collect for row in form.rows))
    return data

"""What the smoke program makes itself: papers the office takes, answers to any field, failures told whole."""

from datetime import date
from pathlib import Path
from typing import get_args

import pytest

from app.documents.rules import inspect
from app.procedures.forms import check_page
from app.procedures.parts import Words
from app.procedures.questions import FormField, FormPage, FormSection
from app.smoke import run
from app.smoke.filling import Persona, fill_page
from app.smoke.papers import pdf, png
from app.smoke.signing_in import CannotSignIn, read_sign_ins

SOMEBODY = Persona("Lâm Thị Mẫu Thử", "000190000001", {"year": 1941}, "0900000199", "99022", email="mau@vidu.example")


def test_its_papers_are_what_they_say() -> None:
    assert (inspect("a.pdf", pdf("original", 3)).pages, inspect("b.png", png()).media_type) == (3, "image/png")


@pytest.mark.parametrize("kind", get_args(FormField.model_fields["kind"].annotation))
def test_every_kind_of_field_is_answered_so_that_the_office_takes_it(kind: str) -> None:
    words = {"vi": "Mục", "en": "Item"}
    options = [{"value": "one", "label": words}, {"value": "two", "label": words}] if "choice" in kind else []
    field = FormField.model_validate({"id": "item", "kind": kind, "label": words, "options": options, "past": True})
    page = FormPage(id="page", section=FormSection(id="all", title=Words(**words)).id, title=Words(**words), fields=(field,))
    values = fill_page(page.model_dump(mode="json"), SOMEBODY, date(2026, 11, 20))
    assert check_page(page, values, {})[1] == {}


def test_an_office_that_does_not_answer_is_named(tmp_path: Path) -> None:
    told: list[str] = []
    assert run("http://127.0.0.1:9", tmp_path, say=told.append) == 1
    assert "no office answers at http://127.0.0.1:9" in told[0]


def test_a_file_of_sign_ins_must_name_everybody(tmp_path: Path) -> None:
    file = tmp_path / "officers"
    file.write_text("# those of the commune\nreception anna secret\nleader bao secret BASE32SECRET\n")
    with pytest.raises(CannotSignIn, match="specialist, head, clerk"):
        read_sign_ins(file)

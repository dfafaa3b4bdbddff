"""Each result prints from a filled form: no field is lacking, no letter is missing, both signatures have their place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from app.dossiers.result_papers import printable
from app.papers.certificates import press_result
from app.procedures.content import Known, content_of
from tests.papers.answers import BIRTH as PAPER
from tests.workflows.test_forms import CODES, NOTED, filled
from tests.workflows.walking import FOLDERS, loaded

AT = datetime.fromisoformat("2026-11-11T10:00:00+07:00")


def named(value: Any) -> Any:
    """An address with the names that the territory gives to its codes."""
    if isinstance(value, Mapping) and "commune" in value:
        return {**value, "commune_name": "Xã Tân Mai", "province_name": "Tỉnh Thanh Giang"}
    return value


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("draft", [True, False])
def test_a_filled_form_prints_as_the_result(code, draft):
    procedure, answers = loaded(code), {**filled(code), **NOTED}
    office = {"authority": "Ủy ban nhân dân xã Tân Mai"}
    known = Known(answers, procedure.facts_from(answers, channel="online"), 2026, {}, office)
    rule = procedure.procedure.results[0]
    content = content_of(rule, procedure.procedure, procedure.form, known)
    number = {"number": None, "issued_on": None} if draft else {}
    result = type(PAPER)(**{
        **{name: getattr(PAPER, name) for name in PAPER.__dataclass_fields__}, **number, "title": rule.title.vi,
        "content": printable({name: named(value) for name, value in content.items()}),
    })
    paper = press_result(FOLDERS[code] / rule.template, result, printed_at=AT)
    assert paper.pdf.startswith(b"%PDF-")
    assert {"leader", "seal"} <= set(paper.places) or draft

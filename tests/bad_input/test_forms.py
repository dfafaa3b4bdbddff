"""Every field of every form of the four procedures: empty, absurd, partial and as long as may be."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.procedures.forms import LONGEST_TEXT, check_page
from app.procedures.questions import Form, FormField, FormPage
from tests.bad_input.conftest import World
from tests.bad_input.every_route import WORDS
from tests.dossiers.situations import CODE, a_pdf
from tests.factories import OFFICES, Given
from tests.outages.office import door_of

ROOT = Path(__file__).parent.parent.parent
LONGEST_NAME = "Công Tằng Tôn Nữ Thị Hương Giang Nguyễn Phúc Bảo Ân Trần Lê Đặng Hoàng Vũ Phan Đỗ Ngô Dương Lý " * 2
PARTS = {
    "date": ("day", "month", "year"),
    "partial_date": ("day", "month", "year"),
    "address": ("province", "commune", "street"),
}
SENTENCE = re.compile(r"\w+.*\w")


def every_page() -> Iterator[tuple[str, FormPage]]:
    for path in sorted((ROOT / "workflows").glob("*/form.json")):
        for page in Form.model_validate(json.loads(path.read_text("utf-8"))).pages:
            yield f"{path.parent.name.split('-')[0]}:{page.id}", page


PAGES = dict(every_page())


def typed(field: FormField, value: Any) -> dict[str, Any]:
    """What a form sends when this was typed into the field, or into each box of it."""
    if field.kind in PARTS:
        return {f"{field.id}-{part}": value for part in PARTS[field.kind]}
    return {field.id: value}


def kinds() -> set[str]:
    return {field.kind for page in PAGES.values() for field in page.fields}


def test_all_kinds_of_fields_are_among_them() -> None:
    assert kinds() >= {"text", "name", "choice", "partial_date", "address", "personal_number", "number"}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_is_missing_is_named_and_nothing_breaks(name: str, language: str) -> None:
    page = PAGES[name]
    _, errors = check_page(page, {}, {}, language=language)
    assert set(errors) <= {field.id for field in page.fields}
    for field in page.fields:
        if field.id in errors:
            assert field.label.in_(language) in errors[field.id] or SENTENCE.search(errors[field.id])


@pytest.mark.parametrize("name", PAGES)
def test_the_absurd_is_refused_in_words_or_kept_as_text_and_can_always_be_stored(name: str) -> None:
    page = PAGES[name]
    odd: list[Any] = [
        *WORDS,
        "-",
        "12/2026",
        "31/02/2026",
        "1/1/99999",
        ["a", "b"],
        ["a"] * 500,
        {"year": -1},
        12,
        True,
        None,
    ]
    for field in page.fields:
        for value in odd:
            values, errors = check_page(page, typed(field, value), {})
            stored = json.dumps(values, ensure_ascii=False, default=str)
            assert "\\u0000" not in stored, (field.id, value)
            stored.encode()
            assert all(SENTENCE.search(text) for text in errors.values())


@pytest.mark.parametrize("name", PAGES)
def test_a_year_alone_is_a_birth_date(name: str) -> None:
    page = PAGES[name]
    for field in page.fields:
        if field.kind != "partial_date":
            continue
        for partial in ({"year": "1941"}, {"year": "1941", "month": "5"}):
            values, errors = check_page(page, {f"{field.id}-{part}": text for part, text in partial.items()}, {})
            assert field.id not in errors
            assert values[field.id] == {part: int(text) for part, text in partial.items()}
        for absurd in ({"day": "3"}, {"day": "30", "month": "2", "year": "1941"}, {"year": "41"}, {"year": "1700"},
                       {"day": "3", "year": "1941"}, {"year": "19x1"}):  # fmt: skip
            _, errors = check_page(page, {f"{field.id}-{part}": text for part, text in absurd.items()}, {})
            assert field.id in errors, absurd


@pytest.mark.parametrize("name", PAGES)
def test_the_longest_name_is_kept_whole_and_a_longer_one_is_refused_with_both_figures(name: str) -> None:
    page = PAGES[name]
    for field in page.fields:
        if field.kind == "name":
            longest = LONGEST_NAME[: field.most or LONGEST_TEXT].strip()
            values, errors = check_page(page, {field.id: longest}, {})
            assert field.id not in errors
            assert values[field.id] == longest
            _, errors = check_page(page, {field.id: "Ơ" * ((field.most or LONGEST_TEXT) + 1)}, {})
            assert str(field.most or LONGEST_TEXT) in errors[field.id]


TYPED = ("<b>đậm</b>", "12' OR 1=1", "Thôn “Đình” & xóm Chùa", "x" * 200, "😀", "\u202eơưh")


@pytest.mark.parametrize("text", TYPED)
async def test_what_was_typed_is_shown_again_with_its_error(world: World, text: str) -> None:
    door, page = await world.door("citizen"), f"/dossiers/{world.known['dossier_id']}/answer/purpose"
    refused = await door.form(page, purpose=text, **{"born-day": "31", "born-month": "2", "born-year": "1990"})
    assert refused.status == 422
    shown = refused.text.replace("&#34;", '"').replace("&#39;", "'")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert escaped in shown
    assert "govuk-error-summary" in refused.text
    assert 'href="#born-day"' in refused.text
    assert 'value="31"' in refused.text


async def test_a_citizen_known_by_year_of_birth_alone_goes_all_the_way(world: World) -> None:
    citizen = await world.make.citizen(birth=(1941, None, None), name=LONGEST_NAME.strip()[:190])
    filled = Given({"purpose": {"purpose": "Để thử", "born-year": "1941"}}, {"proof": a_pdf()}, channel="online")
    dossier_id = await world.make.draft(CODE, filled, citizen)
    door = await door_of(world.app, world.database, citizen=citizen.id)
    assert 'value="1941"' in (await door.knock("GET", f"/dossiers/{dossier_id}/answer/purpose")).text
    assert (await door.form(f"/dossiers/{dossier_id}/submit", declared="1")).status == 303
    await world.make.worked()
    async with world.database.transaction(offices=OFFICES) as db:
        printed = await db.value("SELECT count(*) FROM document WHERE dossier_id = $1 AND kind = 'form'", dossier_id)
        waiting = await db.rows(
            "SELECT name, trouble FROM job WHERE dossier_id = $1 AND trouble IS NOT NULL", dossier_id
        )
    assert printed >= 1, [dict(row) for row in waiting]
    desk = await world.door("officer")
    for path in (f"/desk/dossiers/{dossier_id}", f"/desk/dossiers/{dossier_id}/form", "/desk"):
        page = await desk.knock("GET", path)
        assert page.status == 200
        assert LONGEST_NAME[:30] in page.text or path == "/desk"
    found = await desk.knock("GET", "/desk/search", query="q=cong+tang+ton+nu&words=cong+tang+ton+nu")
    assert found.status == 200

"""Search at the desk, as an officer at a counter types: names, slips of the finger, codes, numbers."""

import itertools
import re
from uuid import UUID

import pytest

from app.dossiers import queries_search
from app.dossiers.case import open_case
from app.dossiers.intake import submit
from app.dossiers.queries_search import Fit, Found, search, search_similar
from app.journal.service import Actor
from tests.desk.conftest import SignIn
from tests.dossiers.situations import CODE, given
from tests.factories import COMMUNE, NEIGHBOUR, OFFICES, Make

OWN = (COMMUNE,)


async def dossier_of(make: Make, name: str, **known: str) -> UUID:
    """A submitted dossier of a person with this name."""
    person = await make.citizen(name=name, **known)
    dossier_id = await make.draft(CODE, given(), person)
    async with make.database.transaction(offices=OWN) as db:
        await submit(db, make.tools, await open_case(db, make.tools, dossier_id), by=Actor("citizen", person.id))
    return dossier_id


async def found(make: Make, text: str, offices: tuple[int, ...] = OWN) -> list[Found]:
    async with make.database.transaction(offices=offices) as db:
        return await search(db, offices=OFFICES, text=text)


async def similar(make: Make, text: str, offices: tuple[int, ...] = OWN) -> list[UUID]:
    async with make.database.transaction(offices=offices) as db:
        return [row.dossier_id for row in await search_similar(db, offices=OFFICES, text=text)]


async def test_every_choice_of_words_in_every_order_finds_the_name(make: Make) -> None:
    one = await dossier_of(make, "Quàng Thị Xoan Ngần")
    for size in (1, 2, 3, 4):
        for typed in itertools.permutations(("quang", "THỊ", "xoan", "Ngan"), size):
            rows = await found(make, "  ".join(typed))
            if size > 2:
                assert [row.dossier_id for row in rows] == [one], typed
            else:
                assert one in [row.dossier_id for row in rows] or len(rows) > 30, typed


@pytest.mark.parametrize("typed", ["khuyn van lua", "khuyne van lua", "khuyeen van lua", "khuyem lua", "khuyeenr vawn lua"])
async def test_one_typing_mistake_finds_the_name_among_the_similar_ones(make: Make, typed: str) -> None:
    one = await dossier_of(make, "Khuyển Văn Lụa")
    assert await found(make, typed) == []
    assert one in await similar(make, typed)


async def test_a_word_of_three_letters_is_right_or_is_another_word(make: Make) -> None:
    one = await dossier_of(make, "Khuyển Văn Lụa")
    assert one not in await similar(make, "khuyen van lau")


async def test_the_accents_that_were_typed_come_first_then_the_newest(make: Make) -> None:
    first = await dossier_of(make, "Vừ Thị Dính")
    plain = await dossier_of(make, "Vu Thi Dinh")
    last = await dossier_of(make, "Vừ Thị Dính")
    assert [row.dossier_id for row in await found(make, "Dính Vừ Thị")] == [last, first, plain]
    assert [row.fit for row in await found(make, "Dính Vừ Thị")] == [Fit.SPELT, Fit.SPELT, Fit.WORDS]
    assert [row.dossier_id for row in await found(make, "vu thi dinh")] == [last, plain, first]


async def test_the_few_spelt_otherwise_than_most_come_first_and_nobody_is_lost(make: Make) -> None:
    few = await dossier_of(make, "Khuất Thị Nguyên")
    most = await dossier_of(make, "Khuất Thị Nguyễn")
    plain = await dossier_of(make, "Khuat Thi Nguyen")
    last = await dossier_of(make, "Khuất Thị Nguyên")
    async with make.database.transaction(offices=OWN) as db:  # as the release before would have written it
        unkeyed = await dossier_of(make, "Khuất Thị Nguyên")
        await db.run("DELETE FROM found_by WHERE dossier_id = $1 AND key LIKE '%=%'", unkeyed)
    rows = await found(make, "Nguyên Khuất Thị")
    assert [(row.dossier_id, row.fit) for row in rows] == [
        (last, Fit.SPELT), (few, Fit.SPELT), (unkeyed, Fit.WORDS), (plain, Fit.WORDS), (most, Fit.WORDS)
    ]
    assert [row.dossier_id for row in await found(make, "nguyen khuat thi")] == [unkeyed, last, plain, most, few]
    # Who typed only some of the accents has not said how "nguyen" is spelt.
    assert {row.fit for row in await found(make, "Khuất nguyen")} == {Fit.WORDS}


async def test_pages_of_the_few_and_then_the_others_have_no_gap(make: Make) -> None:
    made = [await dossier_of(make, name) for name in ("Ngải Thị Vân", "Ngải Thị Văn", "Ngải Thị Vân", "Ngải Thị Văn")]
    async with make.database.transaction(offices=OWN) as db:
        place, pages = None, list[UUID]()
        while rows := await search(db, offices=OWN, text="Ngải Thị Vân", after=place, limit=1):
            pages.append(rows[0].dossier_id)
            place = rows[0].place
    assert pages == [made[2], made[0], made[3], made[1]]


async def test_whole_words_come_before_words_that_go_on(make: Make) -> None:
    whole = await dossier_of(make, "Hạng Seo Phư")
    longer = await dossier_of(make, "Hạng Seo Phương")
    rows = await found(make, "hang seo phu")
    assert [(row.dossier_id, row.fit) for row in rows] == [(whole, Fit.WORDS), (longer, Fit.BEGINNING)]
    assert [row.dossier_id for row in await found(make, "seo hang phuo")] == [longer]
    assert [row.dossier_id for row in await found(make, "phu seo ha")] == [whole]
    assert [row.dossier_id for row in await found(make, "phuong han")] == [longer]


async def test_pages_follow_each_other_without_gap_or_repetition(make: Make) -> None:
    made = [await dossier_of(make, name) for name in ("Cứ A Tủa", "Cư A Tua", "Cứ A Tủa", "Cứ A Tuấn", "Cứ A Tủa")]
    async with make.database.transaction(offices=OWN) as db:
        whole = await search(db, offices=OWN, text="Cứ A Tủa")
        place, pages = None, list[UUID]()
        while rows := await search(db, offices=OWN, text="Cứ A Tủa", after=place, limit=2):
            pages += [row.dossier_id for row in rows[:2]]
            place = rows[:2][-1].place
    assert pages == [row.dossier_id for row in whole]
    assert pages == [made[4], made[2], made[0], made[1], made[3]]


async def test_another_office_s_dossier_is_never_found_by_anything(make: Make) -> None:
    one = await dossier_of(make, "Thào Mí Sính", personal_number="000717273747", phone="0977 665 544")
    case = await make.case(one)
    assert case.code is not None
    for text in ("thao mi sinh", "Sính", "thao mi", "thaao mi sinh", case.code, case.code[-11:], case.code[-4:],
                 "000717273747", "3747", "0977665544"):
        assert one not in [row.dossier_id for row in await found(make, text, (NEIGHBOUR,))], text
        assert one not in await similar(make, text, (NEIGHBOUR,)), text
    async with make.database.transaction(offices=[NEIGHBOUR]) as db:
        for table in ("found_by", "known_word"):
            assert await db.value(f"SELECT count(*) FROM {table} WHERE office_id = $1", COMMUNE) == 0
        assert await db.value("SELECT count(*) FROM known_word WHERE word = 'thao'") == 0


@pytest.mark.parametrize(
    "typed", ["000818283848", "3848", "283848", "0966 554 433", "+84966554433", "966554433", "lau 3848", "3848 A Lầu"]
)
async def test_a_personal_number_its_end_and_the_phone_find_the_dossier(make: Make, typed: str) -> None:
    one = await dossier_of(make, "Sùng A Lầu", personal_number="000818283848", phone="0966554433")
    assert one in [row.dossier_id for row in await found(make, typed)]


async def test_a_number_that_ends_otherwise_finds_nobody(make: Make) -> None:
    one = await dossier_of(make, "Lý Mẩy Chản", personal_number="000919293949")
    for typed in ("193949", "000919293948", "chan 9294", "thang 3949"):
        assert one not in [row.dossier_id for row in await found(make, typed)], typed


async def test_a_code_is_found_by_its_day_and_serial_and_by_its_serial(make: Make) -> None:
    one = await make.submitted(CODE, given())
    code = (await make.case(one)).display_code
    for typed in (code[-11:], code[4:], code[-4:], code[-11:].replace("-", " "), code.replace(".", "").replace("-", "")):
        assert one in [row.dossier_id for row in await found(make, typed)], typed


async def test_the_page_says_when_names_are_only_similar(at_desk: SignIn, make: Make) -> None:
    one = await dossier_of(make, "Chảo Láo Khoẻn")
    desk = await at_desk("reception")
    page = (await desk.get("/desk/search", params={"q": "chao lao khoem"})).text
    assert "Không có tên khớp hẳn; đây là các tên gần giống." in page
    assert str(one) in page
    exact = (await desk.get("/desk/search", params={"q": "khoen lao chao"})).text
    assert "gần giống." not in exact
    wider = re.search(r'href="(/desk/search\?[^"]*similar=1)"', exact)
    assert wider is not None
    other = (await desk.get(wider[1].replace("&amp;", "&"))).text
    assert str(one) not in other


async def test_a_page_after_a_page_of_similar_names_stays_with_them(at_desk: SignIn, make: Make) -> None:
    desk = await at_desk("reception")
    await dossier_of(make, "Tẩn Mùi Nhoáng")
    first = (await desk.get("/desk/search?words=tan+mui+nhoag&similar=1")).text
    assert "Đây là các tên gần giống" in first
    for place in ("0", "1", "2", "3"):
        after = f"{place}_2026-01-01T00:00:00%2B07:00_{UUID(int=7)}"
        for words in ("tan mui", "Tẩn Mùi", "0042", "tan 0042"):
            assert (await desk.get(f"/desk/search?words={words}&after={after}")).status_code == 200
    assert (await desk.get("/desk/search?words=tan&after=3_2026-01-01T00:00:00+07:00_x")).status_code == 200
    assert (await desk.get("/desk/search?words=tan&after=9_x_y&similar=1")).status_code == 200


async def test_a_province_s_pages_in_two_looks_are_those_of_one_look(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(9):
        await dossier_of(make, ("Khoàng A Dế", "Khoàng A Dình", "Khoang Thị Dế")[n % 3])
    async with make.database.transaction(offices=OFFICES) as db:
        for text in ("Khoàng", "khoang d", "khoang", "Khoàng A"):
            told = []
            for few in (0, 99):
                monkeypatch.setattr(queries_search, "FEW", few)
                place, pages = None, list[UUID]()
                while rows := await search(db, offices=OFFICES, text=text, after=place, limit=3):
                    pages += [row.dossier_id for row in rows[:3]]
                    place = rows[:3][-1].place
                told.append(pages)
            assert told[0] == told[1], text
            assert len(told[0]) == (6 if text == "Khoàng A" else 9), text

"""The other indicators, one situation each; null is not nought."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.kit import clock
from app.quality import inputs
from app.quality.catalogued import shelves_on
from app.quality.costs import behind
from app.quality.counting import count
from app.quality.lenses import LENSES
from app.quality.period import parse_period
from app.quality.scoring import rounded
from app.quality.sheet import sheets
from tests.factories import COMMUNE, NEIGHBOUR, OFFICES
from tests.quality.conftest import MARCH, Book, day

PROVINCE = 1
SEPTEMBER = parse_period("2026-09")
BY_ID = {one.id: one for one in sheets()[0].indicators}


async def told(book: Book, indicator: str, numerator: int, denominator: int, office: int = COMMUNE) -> int:
    officer = await book.db.value("SELECT id FROM officer LIMIT 1")
    return await inputs.enter(
        book.db, office_id=office, indicator=BY_ID[indicator], period=MARCH, numerator=numerator, denominator=denominator,
        source="Cổng DVCQG, xem ngày 1/4", by=officer,
    )


async def test_filed_online_counts_the_channel(book: Book) -> None:
    await book.dossier(channel="online")
    await book.dossier(channel="counter")
    await book.dossier(channel="post")
    assert await book.of("3.3") == (1, 3)
    assert sorted(await book.why("filed_online")) == [("at_counter",), ("by_post",)]


async def test_filed_online_and_handled_needs_an_electronic_result(book: Book) -> None:
    with_one = await book.dossier(channel="online", finished=day(5))
    await book.result(with_one)
    drafted = await book.dossier(channel="online", finished=day(5))
    await book.result(drafted, "drafted")
    assert await book.of("3.3") == (1, 2)
    assert await book.why("filed_online") == [("no_e_result",)]


async def test_procedures_count_once_however_many_dossiers(book: Book) -> None:
    with clock.at(day(5, month=10)):
        shelf = (await shelves_on(book.db, book.tools, [SEPTEMBER]))[SEPTEMBER]
        for channel in ("online", "online", "counter"):
            one = await book.dossier(channel=channel, procedure="1.001193", received=day(3, month=9))
            await book.fee(one, state="paid")
            await book.paid(one, "online" if channel == "online" else "counter")
        await book.fee(await book.dossier(procedure="2.000815", received=day(3, month=9)), 0)
        assert {"1.001193", "1.004873", "1.013225"} <= shelf.online
        assert await book.of("3.1", SEPTEMBER) == (len(shelf.online), len(shelf.every))
        assert await book.of("3.2", SEPTEMBER) == (1, len(shelf.online))
        assert await book.of("3.5", SEPTEMBER) == (2, len(shelf.with_fee))
        assert await book.of("3.5b", SEPTEMBER) == (1, len(shelf.with_fee))
        assert await book.of("4.5a", SEPTEMBER, OFFICES) == (1, len(shelf.every))
        assert await book.of("1.3", SEPTEMBER) == (len(shelf.every), len(shelf.every))


async def test_fee_dossiers_are_those_with_something_to_pay(book: Book) -> None:
    online = await book.dossier()
    await book.fee(online, state="paid")
    await book.paid(online)
    counter = await book.dossier()
    await book.fee(counter, state="paid")
    await book.paid(counter, "counter")
    owing = await book.dossier()
    await book.fee(owing)
    await book.paid(owing, "online", "failed")
    for amount, state in ((0, "owed"), (8000, "waived"), (8000, "cancelled")):
        await book.fee(await book.dossier(), amount, state)
    await book.dossier()
    assert await book.of("3.6") == (1, 3)
    assert sorted(await book.why("paid_online")) == [("fee_owed",), ("paid_counter",)]


async def test_online_payment_has_no_threshold(book: Book) -> None:
    for method in ("online", "counter"):
        one = await book.dossier()
        await book.fee(one, state="paid")
        await book.paid(one, method)
    figure = (await book.score()).figure("3.6")
    assert figure is not None
    assert figure.points == 3


async def test_an_electronic_result_is_issued_stored_and_signed(book: Book) -> None:
    await book.result(await book.dossier(finished=day(5)))
    await book.result(await book.dossier(finished=day(5)), "revoked")
    await book.dossier(finished=day(5))
    await book.dossier(finished=day(5), state="refused")  # no result is owed
    assert await book.of("4.1") == (1, 3)


async def test_results_count_in_the_month_they_were_made(book: Book) -> None:
    await book.result(await book.dossier(received=day(20, month=2), finished=day(3)))
    assert await book.of("4.1") == (1, 1)
    assert await book.of("2.1") == (0, 0)


async def test_digitised_needs_a_paper_and_a_result(book: Book) -> None:
    both = await book.dossier(finished=day(5))
    await book.result(both)
    await book.paper(both)
    await book.result(await book.dossier(finished=day(5)))
    removed = await book.dossier(finished=day(5))
    await book.result(removed)
    await book.paper(removed, removed=day(4))
    await book.paper(await book.dossier(finished=day(5)))
    assert await book.of("4.2") == (1, 4)
    assert sorted(await book.why("digitised")) == [("no_e_result",), ("no_file",), ("no_file",)]


async def test_digitised_papers_count_what_was_received(book: Book) -> None:
    await book.paper(await book.dossier())
    await book.dossier()
    assert await book.of("4.3") == (1, 2)
    figure = (await book.score()).figure("4.3")
    assert figure is not None
    assert figure.points == Fraction(2) * Fraction(1, 2) / Fraction(4, 5)


async def test_population_data_count_for_the_province_only(book: Book) -> None:
    await book.dossier(channel="online")
    await book.dossier(channel="counter")
    assert await book.of("4.5b", offices=OFFICES) == (1, 2)
    figure = (await book.score()).figure("4.5b")
    assert figure is not None
    assert (figure.points, figure.unknown) == (None, "scope")


async def test_a_commune_certifies_electronically_with_one_issued_copy(book: Book) -> None:
    with clock.at(day(5, month=10)):
        for office in (COMMUNE, NEIGHBOUR):
            copy = await book.dossier(
                procedure="2.000815", received=day(3, month=9), finished=day(4, month=9), return_way="online", office=office
            )
            if office == COMMUNE:
                await book.result(copy)
        assert await book.of("4.6", SEPTEMBER, OFFICES) == (1, 2)


async def test_satisfaction_is_unknown_until_somebody_tells_the_complaints(book: Book) -> None:
    await book.dossier(finished=day(4))
    await book.dossier(finished=day(30))
    figure = (await book.score()).figure("5.4")
    assert figure is not None
    assert (figure.numerator, figure.denominator, figure.points, figure.unknown) == (1, 2, None, "not_told")
    await told(book, "5.4", 1, 10)
    figure = (await book.score()).figure("5.4")
    assert figure is not None
    assert figure.rate == Fraction(1, 2) - Fraction(1, 10)
    assert figure.points == 6 * Fraction(2, 5) / Fraction(9, 10)


async def test_a_second_supplement_does_not_make_a_dossier_overdue_for_satisfaction(book: Book) -> None:
    await book.dossier(finished=day(4), supplements_asked=2)
    assert await book.of("5.4") == (1, 1)


async def test_without_a_dossier_satisfaction_is_nought_and_timeliness_unknown(book: Book) -> None:
    score = await book.score()
    satisfied, on_time = score.figure("5.4"), score.figure("2.1")
    assert satisfied is not None
    assert on_time is not None
    assert satisfied.points == 0
    assert (on_time.points, on_time.unknown) == (None, "nothing")


async def test_null_is_not_nought(book: Book) -> None:
    score = await book.score()
    for wanted in ("1.1", "1.2", "1.4", "4.4", "5.2", "5.3"):
        figure = score.figure(wanted)
        assert figure is not None
        assert (figure.points, figure.unknown) == (None, "not_told"), wanted
        assert figure in score.unknown
    known = {one.indicator.id for one in score.figures if one.measurable}
    assert score.measurable == sum(BY_ID[one].max for one in known)
    assert score.measurable + sum(one.indicator.max for one in score.unknown) == 100


async def test_nought_petitions_told_are_full_points_and_nought_synchronised_none(book: Book) -> None:
    for indicator in ("5.2", "5.3", "1.4"):
        await told(book, indicator, 0, 0)
    score = await book.score()
    assert [one.points for one in score.figures if one.indicator.id in ("1.4", "5.2", "5.3")] == [0, 6, 6]


async def test_the_newest_number_counts_and_the_older_stay(book: Book) -> None:
    assert await told(book, "1.1", 5, 10) == 1
    assert await told(book, "1.1", 8, 10) == 2
    figure = (await book.score()).figure("1.1")
    assert figure is not None
    assert (figure.points, figure.source) == (Fraction(24, 5), "Cổng DVCQG, xem ngày 1/4")
    kept = await inputs.history(book.db, [COMMUNE], MARCH, "1.1")
    assert [(one.serial, one.numerator) for one in kept] == [(2, 8), (1, 5)]


async def test_a_number_by_hand_comes_before_ours_only_where_the_sheet_says_so(book: Book) -> None:
    await told(book, "3.1", 90, 120)
    assert await book.of("3.1") == (90, 120)
    with pytest.raises(inputs.NotTold):
        await told(book, "2.1", 1, 1)


async def test_the_province_speaks_for_itself_or_all_its_communes_together(book: Book) -> None:
    await told(book, "5.2", 3, 4, COMMUNE)
    assert (await book.of("5.2", offices=OFFICES)) == (None, None)  # a part is not a whole
    await told(book, "5.2", 1, 1, NEIGHBOUR)
    assert await book.of("5.2", offices=OFFICES) == (4, 5)
    await told(book, "5.2", 9, 10, PROVINCE)
    assert await book.of("5.2", offices=OFFICES) == (9, 10)


@pytest.mark.parametrize(("numerator", "denominator"), [(3, 2), (-1, 2), (0, -1), (1, 3_000_000_000)])
async def test_counts_that_cannot_be_are_refused(book: Book, numerator: int, denominator: int) -> None:
    with pytest.raises(inputs.InputRefused):
        await told(book, "1.1", numerator, denominator)


async def test_a_number_without_a_source_is_refused(book: Book) -> None:
    officer = await book.db.value("SELECT id FROM officer LIMIT 1")
    with pytest.raises(inputs.SourceMissing):
        await inputs.enter(book.db, office_id=COMMUNE, indicator=BY_ID["1.1"], period=MARCH, numerator=1, denominator=1,
                           source="  ", by=officer)


def test_points_are_rounded_half_up_and_only_for_showing() -> None:
    assert rounded(Fraction(1, 200)) == Decimal("0.01")
    assert rounded(Fraction(2675, 1000)) == Decimal("2.68")
    assert rounded(Fraction(2, 3)) == Decimal("0.67")


@pytest.mark.parametrize(("indicator", "rate", "points"), [
    ("2.1", "0.955", "19.1"), ("3.1", "0.8", "2"), ("3.1", "0.4", "1"), ("3.3", "0.25", "3"), ("3.3", "0.9", "6"),
    ("3.5", "0.8", "2"), ("3.5", "0.4", "1"), ("3.5b", "1", "2"), ("3.6", "0.3", "1.8"), ("5.4", "0.45", "3"),
])
def test_conversions_are_those_of_the_sheet(indicator: str, rate: str, points: str) -> None:
    one = BY_ID[indicator]
    assert one.conversion.points(Fraction(rate), one.max) == Fraction(points)


async def test_every_count_is_the_length_of_its_list_and_every_cost_has_its_reason(book: Book) -> None:
    for n in range(24):
        one = await book.dossier(
            channel=("online", "counter", "post")[n % 3], finished=day(3 + n) if n % 4 else None,
            supplements_asked=n % 5 // 2, received=day(2) if n % 7 else day(20, month=2),
            state="refused" if n % 6 == 0 and n % 4 else "",
        )
        if n % 2:
            await book.paper(one)
        if n % 3 == 0:
            await book.result(one)
        if n % 4 < 3:
            await book.fee(one, state="paid" if n % 4 < 2 else "owed")
            if n % 4 < 2:
                await book.paid(one, "online" if n % 8 < 4 else "counter")
    counted = await count(book.db, book.tools, OFFICES, (MARCH,))
    for name in LENSES:
        good, every = counted.lens(name, 0, OFFICES)
        lists = {which: (await behind(book.db, book.tools, name, OFFICES, MARCH, which=which, limit=1000))[0]
                 for which in ("good", "cost", "all")}
        assert (len(lists["good"]), len(lists["all"])) == (good, every), name
        ids = {which: {one.id for one in found} for which, found in lists.items()}
        assert ids["cost"] == ids["all"] - ids["good"], name
        assert all(one.reasons for one in lists["cost"]), name
        assert 0 < good < every, name


async def test_a_list_read_page_by_page_is_the_whole_list(book: Book) -> None:
    for _ in range(7):
        await book.dossier(finished=day(20))
    whole, none = await behind(book.db, book.tools, "on_time", [COMMUNE], MARCH)
    read, after = await behind(book.db, book.tools, "on_time", [COMMUNE], MARCH, limit=3)
    while after is not None:
        more, after = await behind(book.db, book.tools, "on_time", [COMMUNE], MARCH, after=after, limit=3)
        read += more
    assert none is None
    assert [one.id for one in read] == [one.id for one in whole]
    assert len(read) == 7

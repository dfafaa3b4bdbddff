"""Questions to the population database, and the one personal number a newborn ever gets."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date

import pytest

from app.gateways.errors import GatewayDown, GatewayRefused
from app.gateways.population import (
    Grounds,
    HttpPopulation,
    IdentityOutcome,
    IdentityQuestion,
    Newborn,
    NumberAnswer,
    NumberState,
)
from simulators.people import CITIZENS, MARRIAGES
from tests.simulators.conftest import Starter
from tests.simulators.standing import SECRET, Standing, stand

WHY = Grounds("birth_registration", "H99.27-261120-0001", "officer-7")
LIEU = CITIZENS[0]
CHILD = Newborn(
    "Nguyễn Hoàng Phương Khánh An", date(2026, 11, 3), "nữ", "Kinh", "Việt Nam", "Xã Tân Mai",
    LIEU.personal_number, CITIZENS[1].personal_number,
)


@pytest.fixture(scope="module")
async def calm(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Standing]:
    standing = await stand("population", tmp_path_factory.mktemp("population") / "book.sqlite", "--calm")
    yield standing
    await standing.stop()


@pytest.fixture
async def population(calm: Standing) -> AsyncIterator[HttpPopulation]:
    gateway = HttpPopulation(calm.url, SECRET)
    yield gateway
    await gateway.close()


@pytest.mark.parametrize(
    ("name", "born", "number", "outcome"),
    [
        ("hoàng thị  bích liễu", "1999-03-12", LIEU.personal_number, IdentityOutcome.MATCH),
        (LIEU.full_name, "1999", LIEU.personal_number, IdentityOutcome.MATCH),
        (LIEU.full_name, "1998", LIEU.personal_number, IdentityOutcome.NO_MATCH),
        ("Hoàng Thị Bích Liên", "1999-03-12", LIEU.personal_number, IdentityOutcome.NO_MATCH),
        (LIEU.full_name, "1999-03-12", "000199999999", IdentityOutcome.NO_INFORMATION),
        (LIEU.full_name, "", LIEU.personal_number, IdentityOutcome.NOT_ENOUGH_INFORMATION),
    ],
)
async def test_a_person_matches_by_name_birth_and_number(
    population: HttpPopulation, an_id: str, name: str, born: str, number: str, outcome: IdentityOutcome
) -> None:
    answer = await population.ask(IdentityQuestion(name, born, number), request_id=an_id, grounds=WHY)
    assert answer.outcome is outcome


async def test_only_wanted_fields_are_told(population: HttpPopulation, an_id: str) -> None:
    question = IdentityQuestion(LIEU.full_name, "1999", LIEU.personal_number, wanted=("residence",))
    answer = await population.ask(question, request_id=an_id, grounds=WHY)
    assert dict(answer.fields) == {"residence": LIEU.residence}


async def test_every_question_is_logged_with_its_grounds(
    population: HttpPopulation, calm: Standing, an_id: str
) -> None:
    await population.ask(IdentityQuestion("A", "1999", "000"), request_id=an_id, grounds=WHY)
    (line,) = [one for one in (await calm.book())["query"] if one["request_id"] == an_id]
    assert (line["purpose"], line["dossier"], line["officer"]) == (WHY.purpose, WHY.dossier, WHY.officer)


async def test_many_requests_under_one_id_get_one_number(
    population: HttpPopulation, calm: Standing, an_id: str
) -> None:
    asked = [population.request_number(CHILD, request_id=an_id, grounds=WHY) for _ in range(8)]
    answers = await asyncio.gather(*asked)
    (number,) = {answer.personal_number for answer in answers}
    known = [one for one in (await calm.book())["person"] if one["issued_to"] == an_id]
    assert [one["personal_number"] for one in known] == [number]
    assert number is not None
    assert number.startswith("000326")       # 21st century, a girl, 2026


async def test_another_child_under_a_used_id_is_refused(population: HttpPopulation, an_id: str) -> None:
    await population.request_number(CHILD, request_id=an_id, grounds=WHY)
    twin = Newborn("Nguyễn Hoàng Phương Khánh Bình", CHILD.birth_date, "nam", "Kinh", "Việt Nam", "Xã Tân Mai")
    with pytest.raises(GatewayRefused, match="other_content"):
        await population.request_number(twin, request_id=an_id, grounds=WHY)


async def until_decided(population: HttpPopulation, request_id: str) -> NumberAnswer:
    """What the job queue does: call again under the same id until there is an answer."""
    for _ in range(200):
        try:
            answer = await population.request_number(CHILD, request_id=request_id, grounds=WHY)
        except GatewayDown as down:
            if not down.retryable:
                raise
            continue
        if answer.state is not NumberState.WAITING:
            return answer
    raise AssertionError("no answer in 200 calls")


async def test_a_failing_database_still_gives_one_number_for_each_child(start: Starter) -> None:
    bad = ["errors=0.3", "lost_answers=0.3", "slow=0.3", "slow_seconds=0.02", "issue_seconds=0.1", "needs_paper=0"]
    standing = await start("population", *(part for rate in bad for part in ("--rate", rate)))
    population = HttpPopulation(standing.url, SECRET)
    answers = [await until_decided(population, f"r-{n}") for n in range(5)]
    await population.close()
    issued = {one["issued_to"]: one["personal_number"] for one in (await standing.book())["person"] if one["issued_to"]}
    assert issued == {f"r-{n}": answer.personal_number for n, answer in enumerate(answers)}
    assert len(set(issued.values())) == 5


async def test_a_number_survives_the_death_of_the_database(start: Starter) -> None:
    standing = await start("population", "--calm")
    population = HttpPopulation(standing.url, SECRET)
    before = await population.request_number(CHILD, request_id="r-1", grounds=WHY)
    await standing.killed_and_started_again()
    after = await population.number(before.ticket)
    await population.close()
    assert after.personal_number == before.personal_number


async def test_a_child_may_have_to_be_asked_for_on_paper(start: Starter) -> None:
    standing = await start("population", "--calm", "--rate", "needs_paper=1")
    population = HttpPopulation(standing.url, SECRET)
    answer = await population.request_number(CHILD, request_id="r-1", grounds=WHY)
    await population.close()
    assert (answer.state, answer.personal_number) == (NumberState.NEEDS_PAPER, None)


async def test_a_marriage_is_found_whoever_is_named_first(population: HttpPopulation, an_id: str) -> None:
    known = MARRIAGES[0]
    for pair in [(known.husband_number, known.wife_number), (known.wife_number, known.husband_number)]:
        found = await population.look_up_marriage(*pair, request_id=an_id, grounds=WHY)
        assert found is not None
        assert (found.number, found.registered_on) == (known.number, known.registered_on)


async def test_a_marriage_only_in_a_paper_book_is_not_found(population: HttpPopulation, an_id: str) -> None:
    on_paper = MARRIAGES[1]
    couple = (on_paper.husband_number, on_paper.wife_number)
    assert await population.look_up_marriage(*couple, request_id=an_id, grounds=WHY) is None


async def test_unavailable_civil_status_data_never_means_not_found(start: Starter) -> None:
    standing = await start("population", "--calm", "--rate", "unavailable=1")
    population = HttpPopulation(standing.url, SECRET)
    known = MARRIAGES[0]
    with pytest.raises(GatewayDown, match="civil_status_unavailable"):
        await population.look_up_marriage(known.husband_number, known.wife_number, request_id="r-1", grounds=WHY)
    await population.close()

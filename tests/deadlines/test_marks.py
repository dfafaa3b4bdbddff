"""Silence and lapse are lines that move nothing: wherever they stand, the clock and its story stay as they were."""

import random
from collections.abc import Callable

import pytest

from app.deadlines.explain import stretches_of
from app.deadlines.ledger import Fact, recompute, remembered
from app.deadlines.models import LineKind
from app.deadlines.refusals import DeadlineEnded
from tests.deadlines.test_ledger import Ledger, local

Deed = Callable[[Ledger], object]
LIFE: list[tuple[str, Deed]] = [
    ("2026-06-03T10:00", lambda book: book.pause("2026-06-03T10:00")),
    ("2026-06-08T09:00", lambda book: book.resume("2026-06-08T09:00")),
    ("2026-06-09T09:00", lambda book: book.extend("2026-06-09T09:00", "2026-06-12T17:00")),
    ("2026-06-15T10:00", lambda book: book.pause("2026-06-15T10:00")),  # late when it paused
    ("2026-06-16T10:00", lambda book: book.resume("2026-06-16T10:00")),
    ("2026-06-17T10:00", lambda book: book.pause("2026-06-17T10:00")),
    ("2026-06-22T10:00", lambda book: book.restart("2026-06-22T10:00")),
]


def played(marks: set[int]) -> Ledger:
    book = Ledger("2026-06-01T09:00", "5 working-days")
    for number, (at, deed) in enumerate(LIFE):
        deed(book)
        if number in marks:
            book.write(Fact(LineKind.MARK, local(at), "silence", rule="consent"))
    return book


@pytest.mark.parametrize("seed", range(20))
def test_marks_change_neither_clock_nor_story(seed: int) -> None:
    chance = random.Random(seed)
    marks = {number for number in range(len(LIFE)) if chance.random() < 0.5} | {chance.randrange(len(LIFE))}
    plain, marked = played(set()), played(marks)
    assert remembered(marked.lines) == remembered(plain.lines)
    assert recompute(marked.lines, marked.calendars.__getitem__)[1] == []
    assert stretches_of(marked.lines, marked.calendars.__getitem__) == stretches_of(plain.lines, plain.calendars.__getitem__)
    for line in marked.lines:
        if line.fact.kind is LineKind.MARK:
            assert line.due_before == line.due_after


def test_nothing_is_marked_after_the_end() -> None:
    book = Ledger("2026-06-01T09:00", "5 working-days")
    book.write(Fact(LineKind.END, local("2026-06-03T09:00"), "finished"))
    with pytest.raises(DeadlineEnded):
        book.write(Fact(LineKind.MARK, local("2026-06-04T09:00"), "silence", rule="consent"))

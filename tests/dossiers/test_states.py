"""What a state means is said for every state, to the national portal and to people in both languages."""

import ast
from pathlib import Path

import pytest

import app.dossiers
from app.dossiers.models import DossierState
from app.dossiers.states import ENDED, NATIONAL, STATIONS, UNDECIDED, WORDS
from app.dossiers.wordings import EVENTS
from app.kit.words import say, translations

FOLDER = Path(app.dossiers.__file__).parent


def test_every_state_but_the_draft_has_one_national_code() -> None:
    assert set(NATIONAL) == set(DossierState) - {DossierState.DRAFT}
    assert set(NATIONAL.values()) == set(range(1, 11))


@pytest.mark.parametrize("state", DossierState)
def test_every_state_has_words_in_both_languages(state: DossierState) -> None:
    assert say(WORDS[state])
    assert say(WORDS[state], "en") != WORDS[state], "no English"


def test_no_state_is_both_undecided_and_over() -> None:
    assert not UNDECIDED & ENDED


def test_a_state_stands_at_one_station_of_the_citizens_way() -> None:
    placed = [state for _, states in STATIONS for state in states]
    assert len(placed) == len(set(placed))
    assert set(DossierState) - set(placed) <= ENDED | {DossierState.DRAFT}


def _told() -> set[str]:
    """The events that `move.tell("…")` and `announce(event="…")` announce, read from the code itself."""
    found = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            said = node.args[:1] if node.func.attr == "tell" else [
                word.value for word in node.keywords if word.arg == "event" and node.func.attr == "announce"
            ]
            found |= {one.value for one in said if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def test_every_event_that_is_told_has_words_of_its_own() -> None:
    told = _told()
    assert len(told) > 10
    assert told - set(EVENTS) == set()


@pytest.mark.parametrize("event", sorted(EVENTS))
def test_every_event_has_english_words(event: str) -> None:
    wording = EVENTS[event]
    for sentence in (wording.subject, wording.body, wording.sms):
        assert translations("en").gettext(sentence) != sentence, sentence

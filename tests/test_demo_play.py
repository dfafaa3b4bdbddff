"""The demonstration's past is played through the real code path, in order, and never twice."""

from collections import Counter
from itertools import pairwise

import pytest

from app.demo_play import found
from app.demo_play.applicants import LONG_NAME
from app.demo_play.playing import play_all
from app.demo_play.stage import Stage, submission_key
from app.demo_play.stories import stories
from app.dossiers.models import DossierState
from app.dossiers.tools import Tools
from app.kit import clock
from tests.factories import OFFICES, PASSWORD

NEVER_REACHED = {DossierState.PAYMENT_REQUESTED}  # no drawing asks for it yet


@pytest.mark.slow
async def test_the_play_fills_every_state_and_goes_on_where_it_stopped(tools: Tools) -> None:
    """One play serves all claims: it takes most of a minute."""
    stage = Stage(tools, await found(tools.database, PASSWORD), clock.now())
    told = stories()
    await play_all(stage, told, most=150)  # as if it had been interrupted
    assert await play_all(stage, told) > 200
    assert await play_all(stage, told) == 0

    keys = [submission_key(story) for story in told]
    async with tools.database.transaction(offices=OFFICES) as db:
        dossiers = await db.rows("SELECT * FROM dossier WHERE submission_key = ANY($1)", keys)
        ids = [row["id"] for row in dossiers]
        delivered = await db.rows(
            "SELECT DISTINCT way FROM delivery WHERE state = 'delivered' AND dossier_id = ANY($1)", ids)
        stuck = await db.rows("SELECT name FROM job WHERE state = 'stuck' AND dossier_id = ANY($1)", ids)
        asked = await db.value("SELECT count(*) FROM consultation WHERE state = 'asked' AND asked_office_id IS NOT NULL"
                               " AND dossier_id = ANY($1)", ids)
        silent = await db.value("SELECT count(*) FROM consultation WHERE state = 'silent' AND dossier_id = ANY($1)", ids)
        events = {row["event"] for row in await db.rows(
            "SELECT DISTINCT event FROM journal_line WHERE dossier_id = ANY($1)", ids)}
        causes = {row["cause"]: row["finished_at"] for row in await db.rows(
            "SELECT c.cause, d.finished_at FROM late_cause c JOIN dossier d ON d.id = c.dossier_id"
            " WHERE d.id = ANY($1)", ids)}
        twice = await db.value("SELECT count(*) FROM supplement_request WHERE n = 2 AND basis IS NOT NULL"
                               " AND approved_by IS NOT NULL AND dossier_id = ANY($1)", ids)
        numbers = await db.rows("SELECT office_id, book, number, drawn_at FROM register_entry WHERE dossier_id = ANY($1)"
                                " ORDER BY office_id, book, number", ids)
    assert len(dossiers) == len(told) >= 60
    states = Counter(row["state"] for row in dossiers)
    assert set(states) == {state.value for state in DossierState} - NEVER_REACHED
    assert {row["channel"] for row in dossiers} == {"counter", "online", "post"}
    assert {row["way"] for row in delivered} == {"counter", "online", "post"}
    assert [row["name"] for row in stuck] == ["send_notice"]
    assert asked >= 1
    assert silent >= 1
    assert {"dossier.extended", "draft.confirmed_by_silence", "supplement.lapsed", "result.back_from_post",
            "message.written", "payment.captured", "late.explained", "apology.written"} <= events
    assert set(causes) == {story.cause for story in told if story.cause}
    assert None in causes.values()  # one is late still
    assert any(causes.values())  # and one was finished late
    assert twice == 1
    late = [row for row in dossiers if row["finished_at"] is None and row["due_at"] and row["due_at"] < clock.now()]
    assert late
    assert LONG_NAME in {row["holder_name"] for row in dossiers}
    for one, following in pairwise(numbers):
        if (one["office_id"], one["book"]) == (following["office_id"], following["book"]):
            assert one["drawn_at"] <= following["drawn_at"], "a later number was drawn earlier"

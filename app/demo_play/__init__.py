"""Fill the demonstration's office: its people, its keys, and about sixty dossiers played through the real code path."""

import time

import structlog

from app.demo.table import PASSWORD
from app.demo_play import people
from app.demo_play.calm import calm_weather
from app.demo_play.closure import close_a_day
from app.demo_play.playing import play_all
from app.demo_play.stage import Stage
from app.demo_play.stories import stories
from app.equipment import equip
from app.kit import clock
from app.kit.db import Database
from app.org.people import office_by_code
from app.org.sign_in import hash_password
from app.settings import Settings


async def play(settings: Settings) -> None:
    """Found the offices and play every story up to now.

    On a migrated database with its procedures published. Interrupted, the next call goes on where this one stopped.
    """
    began, worked = time.monotonic(), time.process_time()
    if settings.keys_folder is not None and settings.trust_roots is not None:
        people.cut_keys(settings.trust_roots.parent, settings.keys_folder)
    async with equip(settings) as tools:
        offices = await found(tools.database)
        async with calm_weather(settings):
            stage = Stage(tools, offices, clock.now(), settings.post_url or "")
            played = await play_all(stage, stories()) + await close_a_day(stage)
    took, work = round(time.monotonic() - began, 1), round(time.process_time() - worked, 1)
    structlog.get_logger().info("demonstration played", acts=played, seconds=took, processor_seconds=work)


async def found(database: Database, password: str = PASSWORD) -> dict[str, int]:
    """Offices, officers and territory; the ids of the communes by their word."""
    async with database.transaction(offices=range(1, 9)) as db:
        await people.found_offices(db, password=password, password_hash=hash_password(password))
        await people.lay_out_territory(db)
        found = {commune.word: await office_by_code(db, commune.code) for commune in people.COMMUNES}
    return {word: office.id or 0 for word, office in found.items() if office is not None}

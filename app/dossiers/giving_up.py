"""When an effect cannot be had: what the package says to do instead."""

from app.dossiers.effects import EFFECTS
from app.dossiers.progress import effect_done
from app.dossiers.tools import Tools
from app.jobs import service as jobs
from app.jobs.service import Work


async def give_up(tools: Tools, work: Work) -> bool:
    """Take the package's fallback for an effect that keeps failing; False when there is none, or not yet.

    `[effects.<name>] attempts = 5, fallback = {variable = "value"}`: go on as if the answer were the fallback.
    """
    if work.name not in EFFECTS or work.dossier_id is None:
        return False
    async with tools.database.transaction(offices=[work.office_id]) as db:
        row = await db.row("SELECT procedure_version_id FROM dossier WHERE id = $1", work.dossier_id)
        if row is None:
            return False
        loaded = await tools.catalogue.version(db, row["procedure_version_id"])
        settings = loaded.procedure.effects.get(work.name, {})
        fallback = settings.get("fallback")
        if fallback is None or work.attempt < int(settings.get("attempts", 5)):
            return False
        if await jobs.finish(db, work.id):
            await effect_done(
                db, tools, work.dossier_id, int(work.payload["task_no"]), fallback, event="effect.given_up", effect=work.name
            )
    return True

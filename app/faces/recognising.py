"""Who sends this request: session, officer and the rows they may see, in one statement."""

from dataclasses import dataclass
from typing import Final

from app.citizens import service as citizens
from app.citizens.models import Citizen
from app.kit import clock
from app.kit.db import Db
from app.kit.looking import Look
from app.org import people
from app.org.people import SignedOfficer
from app.sessions import service as sessions
from app.sessions.service import IDLE, SignedIn

_COLUMNS: Final = """
SELECT s.digest, s.kind, s.officer_id, s.citizen_id, s.secret, s.stage, s.seen_at, s.expires_at, s.note,
  o.id, o.office_id, o.login, o.name, o.title, o.roles, o.signing_key, seen.offices AS sees"""
_FROM: Final = f"""
FROM session s
LEFT JOIN officer o ON o.id = s.officer_id AND o.active
CROSS JOIN LATERAL ({people.SEES}) AS seen(offices)"""
_WHO: Final = f"{_COLUMNS} {_FROM} WHERE s.digest = $1"
# PostgreSQL is told in the same breath whose rows to show. It looks at the session's life by the same three facts as
# sessions.living; where the two should ever disagree, ours counts and is said again.
_WHO_SEES: Final = f"""{_COLUMNS},
  set_config('motcua.offices', CASE WHEN live.is THEN array_to_string(seen.offices, ',') ELSE '' END, true) AS said_offices,
  set_config('motcua.citizen', CASE WHEN live.is AND s.officer_id IS NULL THEN COALESCE(s.citizen_id::text, '') ELSE '' END,
             true) AS said_citizen
{_FROM}
CROSS JOIN LATERAL (SELECT s.stage = 'in' AND s.expires_at > $2 AND s.seen_at + $3::interval > $2) AS live("is")
WHERE s.digest = $1
"""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom the session names. A session still signing in names nobody yet."""

    session: SignedIn | None = None
    officer: SignedOfficer | None = None
    citizen: Citizen | None = None


async def recognise(db: Db, word: str) -> Somebody:
    """Who carries this word; from here on the transaction (or the look) sees their rows, or nobody's."""
    now, digest = clock.now(), sessions.digest_of(word)
    looking = isinstance(db, Look)  # then whose rows to show is said by every statement to come
    row = await (db.row(_WHO, digest) if looking else db.row(_WHO_SEES, digest, now, IDLE["officer"]))
    if row is None:
        return Somebody()
    session = await sessions.living(db, row, now)
    inside = session is not None and session.stage == "in"
    officer = people.signed(row) if inside and row["id"] is not None else None
    citizen_id = session.citizen_id if session is not None and inside and session.officer_id is None else None
    offices = officer.offices if officer is not None else ()
    shown = (",".join(map(str, offices)), str(citizen_id or ""))
    if looking or (row["said_offices"], row["said_citizen"]) != shown:
        await db.act_for(offices=offices, citizen=citizen_id)
    return Somebody(session, officer, await citizens.by_id(db, citizen_id) if citizen_id is not None else None)

"""Who sends this request: session, officer and the rows they may see, in one statement.

A look may do without that statement. Whom a session named a moment ago is remembered with the mark of the rows that said so
(which version of which row, and the offices they see), and the first thing that is read is read on the condition that the
mark is still the same. So PostgreSQL is asked every time, as ever: who was signed out is out at once, in every process, and
a right that was taken is gone. Only the order of the questions is another.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from app.citizens import service as citizens
from app.citizens.models import Citizen
from app.kit import clock
from app.kit.db import Db
from app.kit.looking import Look
from app.org import people
from app.org.people import SignedOfficer
from app.sessions import service as sessions
from app.sessions.service import IDLE, SEEN_EVERY, SignedIn

_COLUMNS: Final = """
SELECT s.digest, s.kind, s.officer_id, s.citizen_id, s.secret, s.stage, s.seen_at, s.expires_at, s.note,
  o.id, o.office_id, o.login, o.name, o.title, o.roles, o.signing_key, seen.offices AS sees"""
_FROM: Final = f"""
FROM session s
LEFT JOIN officer o ON o.id = s.officer_id AND o.active
CROSS JOIN LATERAL ({people.SEES}) AS seen(offices)"""
# Every change of a row gives it another xmin or ctid.
_MARK: Final = "concat_ws(' ', s.xmin, s.ctid, o.xmin, o.ctid, array_to_string(seen.offices, ','))"
_WHO: Final = f"{_COLUMNS}, {_MARK} AS mark {_FROM} WHERE s.digest = $1"
_STILL: Final = f"SELECT 1 {_FROM} WHERE s.digest = {{}} AND {_MARK} = {{}}"
MOST_KNOWN: Final = 2_000
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


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom a session named when it was last asked for, by which rows, and until when that needs no other look."""

    somebody: Somebody
    offices: tuple[int, ...]
    mark: str
    until: datetime


_known: OrderedDict[bytes, _Known] = OrderedDict()


async def recognise(db: Db, word: str, *, remembers: bool = False) -> Somebody:
    """Who carries this word; from here on the transaction (or the look) sees their rows, or nobody's.

    With `remembers` a look may believe who it was and have it confirmed by its first statement (Look.provided).
    """
    now, digest = clock.now(), sessions.digest_of(word)
    looking = isinstance(db, Look)  # then whose rows to show is said by every statement to come
    if isinstance(db, Look) and remembers and (known := _known.get(digest)) is not None and now < known.until:
        await db.act_for(offices=known.offices)
        db.provided(_STILL, digest, known.mark)
        return known.somebody
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
    found = Somebody(session, officer, await citizens.by_id(db, citizen_id) if citizen_id is not None else None)
    if looking and officer is not None and session is not None and not session.note:
        _remember(digest, _Known(found, offices, row["mark"], min(row["seen_at"] + SEEN_EVERY, session.expires_at)))
    return found


def forget() -> None:
    """Believe nobody: the next request asks."""
    _known.clear()


def _remember(digest: bytes, known: _Known) -> None:
    """For at most a minute: then it is noted again that the session is used."""
    _known[digest] = known
    _known.move_to_end(digest)
    if len(_known) > MOST_KNOWN:
        _known.popitem(last=False)

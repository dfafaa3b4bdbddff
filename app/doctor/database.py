"""PostgreSQL: reachable, new enough, migrated, and with a role for the app that cannot step around the rules."""

import asyncio
import re
import time
from pathlib import Path

import asyncpg

from app.doctor.findings import Finding, broken, by_offset, fine, warning
from app.embedded import NEWEST_MINOR
from app.settings import Settings

AREA = "database"
OLDEST = 15
VERSIONS = Path(__file__).resolve().parent.parent.parent / "migrations" / "versions"
REPLAYED = "SELECT pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn() - '0/0' >= $1::bigint, false)"
LATE = 600      # seconds a waiting job may lie before somebody should look
# Seen with the eyes of every office: row-level security hides the rows of offices that are not named.
EVERY_OFFICE = "SELECT set_config('motcua.offices', (SELECT string_agg(id::text, ',') FROM office), false)"


async def check(settings: Settings) -> list[Finding]:
    """Everything that can be asked over one connection of the app's role."""
    if not settings.database_url:
        return [broken(AREA, "MOTCUA_DATABASE_URL is not set", "Give the address for the role motcua_app.")]
    try:
        connection = await asyncpg.connect(settings.database_url, timeout=5, command_timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        return [broken(AREA, f"does not answer: {error or 'no answer within 5 s'}",
                       "Start PostgreSQL, or mend MOTCUA_DATABASE_URL.")]   # fmt: skip
    try:
        found = [await _version(connection), *await _role(connection), await _clock(connection)]
        migrated = await _migrations(connection)
        found.append(migrated)
        if migrated.state == "fine":
            await connection.execute(EVERY_OFFICE)
            found += [await _offices(connection), await _procedures(connection), await _queue(connection)]
        if settings.replica_database_url:
            found.append(await _replica(settings, connection))
        return found
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return [broken(AREA, f"answers, but not to the doctor's questions: {error}", "Look into PostgreSQL's log.")]
    finally:
        await connection.close(timeout=2)


async def _version(connection: asyncpg.Connection) -> Finding:
    told = str(await connection.fetchval("SHOW server_version"))
    major, minor = (int(part) for part in [*re.findall(r"\d+", told), "0"][:2])
    if major < OLDEST:
        return broken(AREA, f"PostgreSQL {told} is too old", f"Move to PostgreSQL {OLDEST} or newer.")
    newest = NEWEST_MINOR.get(major)
    if newest is not None and minor < newest:
        return warning(AREA, f"PostgreSQL {major}.{minor} is older than {major}.{newest}", "Install the newer one.")
    return fine(AREA, f"PostgreSQL {major}.{minor}")


async def _role(connection: asyncpg.Connection) -> list[Finding]:
    role = await connection.fetchrow(
        "SELECT rolname, rolsuper OR rolbypassrls AS above,"
        " EXISTS (SELECT FROM pg_class WHERE relowner = r.oid AND relkind IN ('r', 'p')) AS owns"
        " FROM pg_roles r WHERE rolname = current_user"
    )
    assert role is not None
    if role["above"] or role["owns"]:
        why = "owns tables" if role["owns"] else "may step around row-level security"
        return [broken(AREA, f"the role {role['rolname']} {why}",
                       "Serve as motcua_app; keep motcua_owner for migrations alone.")]     # fmt: skip
    open_tables = [
        row["relname"]
        for row in await connection.fetch(
            "SELECT relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND attname = 'office_id'"
            " AND NOT attisdropped AND NOT (relrowsecurity AND relforcerowsecurity)"
            " AND relname NOT IN ('officer', 'session') ORDER BY 1"
        )
    ]
    if open_tables:
        return [warning(AREA, f"no row-level security on {', '.join(open_tables)}",
                        "A commune could see another's rows there: report this.")]      # fmt: skip
    return [fine(AREA, f"the role {role['rolname']} owns nothing and is bound by row-level security")]


async def _clock(connection: asyncpg.Connection) -> Finding:
    before = time.time()
    theirs = (await connection.fetchval("SELECT clock_timestamp()")).timestamp()
    return by_offset("clock", theirs - (before + time.time()) / 2, "the database")


async def _migrations(connection: asyncpg.Connection) -> Finding:
    head = max((file.stem for file in VERSIONS.glob("[0-9]*.py")), default="")
    mend = "Run: motcua migrate"
    try:
        at = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return broken("migrations", "the tables are not made yet", mend)
    except asyncpg.InsufficientPrivilegeError:
        return warning("migrations", "the app's role may not see how far they are", mend)
    if at != head:
        return broken("migrations", f"the database is at {at or 'nothing'}, this release wants {head}", mend)
    return fine("migrations", f"at {head}")


async def _offices(connection: asyncpg.Connection) -> Finding:
    count = await connection.fetchval("SELECT count(*) FROM office WHERE kind = 'commune' AND valid_to IS NULL")
    if not count:
        return warning("offices", "there is no office yet", "Run: motcua office add")
    return fine("offices", f"{count} commune offices")


async def _procedures(connection: asyncpg.Connection) -> Finding:
    rows = await connection.fetch(
        "SELECT code, bool_or(valid_from <= current_date AND (valid_to IS NULL OR valid_to >= current_date)) AS today"
        " FROM procedure_version WHERE withdrawn_at IS NULL GROUP BY code ORDER BY code"
    )
    if not rows:
        return broken("procedures", "none is published", "Run: motcua publish")
    lapsed = [row["code"] for row in rows if not row["today"]]
    if lapsed:
        return warning("procedures", f"not valid today: {', '.join(lapsed)}", "Publish a version in force.")
    return fine("procedures", f"{len(rows)} published and valid today")


async def _queue(connection: asyncpg.Connection) -> Finding:
    row = await connection.fetchrow(
        "SELECT count(*) FILTER (WHERE state = 'stuck') AS stuck,"
        " count(*) FILTER (WHERE state = 'waiting' AND run_at < now() - make_interval(secs => $1)) AS late,"
        " count(*) FILTER (WHERE state = 'waiting') AS waiting FROM job",
        LATE,
    )
    assert row is not None
    if row["stuck"]:
        return warning("queue", f"{row['stuck']} pieces of work are stuck", "See them in the overview and free them.")
    if row["late"]:
        return broken("queue", f"{row['late']} pieces of work wait since {LATE // 60} minutes or longer",
                      "Start the worker: motcua worker")     # fmt: skip
    return fine("queue", f"{row['waiting']} waiting, none stuck")


async def _replica(settings: Settings, primary: asyncpg.Connection) -> Finding:
    """How many seconds the replica needs to hold what the primary holds now."""
    until, began = await primary.fetchval("SELECT (pg_current_wal_flush_lsn() - '0/0')::bigint"), time.monotonic()
    try:
        replica = await asyncpg.connect(settings.replica_database_url, timeout=5, command_timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        return warning("replica", f"does not answer: {error or 'no answer within 5 s'}",
                       "Reading goes to the primary meanwhile. Start the replica, or take MOTCUA_REPLICA_DATABASE_URL away.")
    try:
        while time.monotonic() - began <= settings.replica_most_lag:
            row = await replica.fetchrow(REPLAYED, until)
            assert row is not None
            standby, reached = row
            if not standby:
                return broken("replica", "is no replica: it takes writes itself", "Two primaries? Stop one of them.")
            if reached:
                return fine("replica", f"follows, {time.monotonic() - began:.1f} s behind")
            await asyncio.sleep(0.1)
    finally:
        await replica.close(timeout=2)
    return warning("replica", f"is more than {settings.replica_most_lag:g} s behind",
                   "Boards and tracking are read from the primary meanwhile; see docs/scaling.md.")

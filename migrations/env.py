"""Run the migrations as the owner of the schema: `motcua migrate`, or `alembic upgrade head` with
MOTCUA_OWNER_DATABASE_URL set."""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection, pool
from sqlalchemy.ext.asyncio import create_async_engine

from app.tables import metadata


def owner_url() -> str:
    """The owner's database as SQLAlchemy writes it."""
    url = context.config.attributes.get("url") or os.environ.get("MOTCUA_OWNER_DATABASE_URL")
    if not url:
        raise SystemExit("Set MOTCUA_OWNER_DATABASE_URL to the schema owner's database, then try again.")
    return str(url).replace("postgresql://", "postgresql+asyncpg://", 1)


def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
    """Alembic compares our tables only; the job queue's are its library's."""
    return not (kind in ("table", "index") and (name or "").startswith("pgqueuer"))


def run(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, include_object=ours, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    engine = create_async_engine(owner_url(), poolclass=pool.NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(run)
            await connection.commit()
    finally:
        await engine.dispose()


connection = context.config.attributes.get("connection")
if connection is not None:
    run(connection)
else:
    asyncio.run(main())

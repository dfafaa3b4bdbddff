"""The tables of the job queue, as pgqueuer 1.6.0 itself writes them (`pgq sql install`)."""

from pathlib import Path

from alembic import op

revision = "0003_job_queue"
down_revision = "0002_row_level_security"
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql" / "pgqueuer_1_6_0.sql"


def upgrade() -> None:
    # The driver's own connection: several statements in one text, which a prepared statement cannot hold.
    connection = op.get_bind().connection.dbapi_connection
    assert connection is not None
    script = SQL.read_text(encoding="utf-8")
    connection.run_async(lambda driver: driver.execute(script))  # type: ignore[attr-defined]


def downgrade() -> None:
    raise NotImplementedError("The queue is not taken away; mend forward.")

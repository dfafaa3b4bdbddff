"""A process row is rewritten at every step: leave room on its page so that the new version stays beside the old."""

from alembic import op

revision = "0004_process_storage"
down_revision = "0003_job_queue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE process SET (fillfactor = 70)")
    op.execute("ALTER TABLE step SET (fillfactor = 80)")


def downgrade() -> None:
    op.execute("ALTER TABLE process RESET (fillfactor)")
    op.execute("ALTER TABLE step RESET (fillfactor)")

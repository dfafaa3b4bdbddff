"""A step writes less again: what was done lies in columns of the journal, a timer keeps its row when another follows it.

Which step was finished how, since when it was open and by when it was due stood in the facts of its line, each with its
name. It is read from both places (app.journal.service), so that lines written before stay as they were written. A timer's
key named the task it waits for, which another timer of the same dossier takes over with the row: now only what is due at
another moment writes indexes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_a_step_writes_little"
down_revision = "0008_a_step_writes_less"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("journal_line", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("journal_line", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("journal_line", sa.Column("task_no", sa.Integer(), nullable=True))
    op.add_column("journal_line", sa.Column("step", sa.String(80), nullable=True))
    op.add_column("journal_line", sa.Column("action", sa.String(), nullable=True))
    op.add_column("journal_line", sa.Column("role", sa.String(40), nullable=True))
    op.add_column("timer", sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False))
    op.execute("ALTER TABLE timer DROP CONSTRAINT timer_pkey")
    op.execute("ALTER TABLE timer ADD CONSTRAINT timer_pkey PRIMARY KEY (dossier_id, id)")


def downgrade() -> None:
    op.drop_constraint("timer_pkey", "timer")
    op.create_primary_key("timer_pkey", "timer", ["dossier_id", "task_no"])
    op.drop_column("timer", "id")
    op.execute("ALTER TABLE journal_line NO FORCE ROW LEVEL SECURITY")
    op.execute(
        "UPDATE journal_line SET facts = facts || jsonb_build_object('opened_at', opened_at, 'due_at', due_at,"
        " 'task', task_no, 'step', step, 'action', action, 'role', role)"
        " WHERE opened_at IS NOT NULL"
    )
    op.execute("ALTER TABLE journal_line FORCE ROW LEVEL SECURITY")
    for column in ("role", "action", "step", "task_no", "due_at", "opened_at"):
        op.drop_column("journal_line", column)

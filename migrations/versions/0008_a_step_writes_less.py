"""A step writes less: the journal has one index by dossier for its key, and a step that nobody has is in no officer's list.

The journal was kept by its number and, beside it, by dossier and number; nobody asks for a line by its number alone.
`ix_step_officer` is asked for one officer's steps only, and most steps wait for anybody of their role. No update of a step
can stay beside its old row, since its indexes hold when it is due and who has it: room on its page only had the page
cleaned more often.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_a_step_writes_less"
down_revision = "0007_hot_and_aged"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE UNIQUE INDEX journal_line_by_dossier ON journal_line (dossier_id, id)")
    op.execute("ALTER TABLE journal_line DROP CONSTRAINT journal_line_pkey")
    op.execute("ALTER TABLE journal_line ADD CONSTRAINT journal_line_pkey PRIMARY KEY USING INDEX journal_line_by_dossier")
    op.drop_index("ix_journal_line_dossier", table_name="journal_line")
    op.drop_index("ix_step_officer", table_name="step")
    op.create_index(
        "ix_step_officer", "step", ["officer_id"], unique=False, postgresql_where=sa.text("officer_id IS NOT NULL")
    )
    op.execute("ALTER TABLE step RESET (fillfactor)")


def downgrade() -> None:
    op.execute("ALTER TABLE step SET (fillfactor = 80)")
    op.drop_index("ix_step_officer", table_name="step")
    op.create_index("ix_step_officer", "step", ["officer_id", "due_at"], unique=False)
    op.create_index("ix_journal_line_dossier", "journal_line", ["dossier_id", "id"], unique=False)
    op.drop_constraint("journal_line_pkey", "journal_line")
    op.create_primary_key("journal_line_pkey", "journal_line", ["id"])

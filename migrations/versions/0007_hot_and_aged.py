"""Cheap policies and indexes of what is open; what is closed ages out of them.

Officers meet one policy on `dossier`, and it asks only for the office. What else opens a row (its applicant, its code held
up, the office that handed it in for another) is read through the view `dossier_shown`, which has no column more than
those readers need. The view is its owner's, and the owner is bound by policies of its own; the view says them once more,
so that it is shut also where the owner may step around them (docs/decisions/0062-what-is-open-is-hot.md).
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_hot_and_aged"
down_revision = "0006_names_searched"
branch_labels = None
depends_on = None

ROLE = "motcua_app"
OWN = "office_id = ANY ((SELECT motcua_offices())::int[])"
ALSO = (
    "applicant_id = (SELECT motcua_citizen()) OR code = (SELECT motcua_presented())"
    " OR ((SELECT motcua_presented()) = 'handed_in' AND support_office_id = ANY ((SELECT motcua_offices())::int[]))"
)
SHOWN = (
    "id, office_id, support_office_id, code, procedure_code, procedure_version_id, state, applicant_id, holder_name, title,"
    " created_at, submitted_at, received_at, due_at, original_due_at, paused_at, finished_at"
)
# A citizen is known to whoever has a dossier of theirs in sight. The second look only when something is held up.
KNOWN = (
    "id = (SELECT motcua_citizen()) OR personal_number = (SELECT motcua_presented())"
    " OR subject = (SELECT motcua_presented())"
    " OR EXISTS (SELECT 1 FROM dossier WHERE dossier.applicant_id = citizen.id)"
    " OR ((SELECT motcua_presented()) IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM dossier_shown s WHERE s.applicant_id = citizen.id))"
)
WAITS = "state IN ('draft', 'submitted', 'received', 'in_progress', 'supplement_requested', 'payment_requested',"\
    " 'awaiting_signature', 'awaiting_seal', 'result_ready')"
OPEN = "finished_at IS NULL AND code IS NOT NULL"


def upgrade() -> None:
    # Where the owner is bound by policies, these are its own; the application's role does not meet them.
    op.execute("DROP POLICY also_seen ON dossier")
    op.execute(f"CREATE POLICY also_seen ON dossier FOR SELECT TO CURRENT_USER USING ({ALSO})")
    op.execute(
        f"CREATE VIEW dossier_shown WITH (security_barrier) AS SELECT {SHOWN} FROM dossier WHERE {OWN} OR {ALSO}"
    )
    op.execute(f"REVOKE ALL ON dossier_shown FROM {ROLE}")
    op.execute(f"GRANT SELECT ON dossier_shown TO {ROLE}")
    op.execute("DROP POLICY seen ON citizen")
    op.execute("DROP POLICY changed ON citizen")
    op.execute(f"CREATE POLICY seen ON citizen FOR SELECT USING ({KNOWN})")
    op.execute(f"CREATE POLICY changed ON citizen FOR UPDATE USING ({KNOWN}) WITH CHECK (true)")

    # Counting needs no more than this now that the policy asks for the office alone.
    op.drop_index("ix_dossier_open", table_name="dossier")
    op.create_index(
        "ix_dossier_open", "dossier", ["office_id", "due_at", "id"], unique=False, postgresql_where=sa.text(OPEN),
        postgresql_include=["procedure_code", "state", "submitted_at"],
    )
    # What is over leaves this index: nobody looks for a state that nothing comes out of, and no step waits in one.
    op.drop_index("ix_dossier_state", table_name="dossier")
    op.create_index(
        "ix_dossier_state", "dossier", ["office_id", "state", "submitted_at", "id"], unique=False,
        postgresql_where=sa.text(WAITS), postgresql_include=["due_at"],
    )
    op.create_index(
        "ix_dossier_draft", "dossier", ["assisted_by", "created_at", "id"], unique=False,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index("ix_dossier_newest", "dossier", ["office_id", "created_at", "id"], unique=False)
    op.drop_index("ix_step_work", table_name="step")
    op.create_index(
        "ix_step_work", "step", ["office_id", "role", "due_at", "dossier_id", "task_no"], unique=False,
        postgresql_include=["officer_id", "name"],
    )
    op.create_index("ix_idempotency_key_at", "idempotency_key", ["at"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("What was opened for one reader is not opened for all again; mend forward.")

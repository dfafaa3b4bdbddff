"""The clock: alarms, alerts, findings, calendar changes, reports, the index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005_the_clock"
down_revision = "0004_process_storage"
branch_labels = None
depends_on = None

OWN = "office_id = ANY ((SELECT motcua_offices())::int[])"
TENANT = ("alert", "calendar_effect", "finding", "index_input", "late_cause", "report_snapshot", "target")
KINDS = "'start', 'pause', 'resume', 'restart', 'extend', 'recount', 'mark', 'end'"

COMES_ALONG = (
    "state, seen_at, applied_by, applied_at, finished_at, total, looked_at, moved, told, left_out, cursor, later"
)


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('term_near', 'term_due', 'term_late', 'apology_proposed', 'stuck')", name="ck_kind_known"
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_alert_dossier", "alert", ["dossier_id"], unique=False)
    op.create_index(
        "ix_alert_officer", "alert", ["officer_id", "at"], unique=False, postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_index(
        "ix_alert_open", "alert", ["office_id", "role", "at"], unique=False, postgresql_where=sa.text("done_at IS NULL")
    )
    op.create_table(
        "calendar_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(35), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("decision", sa.String(300), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_by", sa.Uuid(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Uuid(), nullable=True),
        sa.Column("later", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'applying', 'applied', 'dropped')", name="ck_state_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_calendar_change_state", "calendar_change", ["state", "proposed_at"], unique=False)
    op.create_index(
        "uq_calendar_change_applying",
        "calendar_change",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'applying'"),
    )
    op.create_table(
        "calendar_effect",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("timers", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("change_id", "dossier_id"),
    )
    op.create_index(
        "ix_calendar_effect_office",
        "calendar_effect",
        ["change_id", "office_id", "due_after", "dossier_id"],
        unique=False,
    )
    op.create_index(
        "ix_calendar_effect_untold",
        "calendar_effect",
        ["change_id", "dossier_id"],
        unique=False,
        postgresql_where=sa.text("told_at IS NULL"),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(100), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_finding_dossier", "finding", ["dossier_id"], unique=False)
    op.create_index(
        "ix_finding_office",
        "finding",
        ["office_id", "found_at"],
        unique=False,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    op.create_index(
        "uq_finding_open", "finding", ["cause", "subject"], unique=True, postgresql_where=sa.text("cleared_at IS NULL")
    )
    op.create_table(
        "index_input",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(20), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "indicator", "first_day", "last_day", "serial", name="uq_index_input"),
    )
    op.create_table(
        "late_cause",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(40), nullable=False),
        sa.Column("words", sa.String(1000), nullable=False),
        sa.Column("said_by", sa.Uuid(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id"),
    )
    op.create_table(
        "report_snapshot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("scope", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("frozen_by", sa.Uuid(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("office_id", "form", "first_day", "last_day", "scope", "version", name="uq_report_version"),
    )
    op.create_index("ix_report_snapshot_office", "report_snapshot", ["office_id", "frozen_at"], unique=False)
    op.create_table(
        "target",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("head_id", sa.Uuid(), nullable=True),
        sa.Column("measure", sa.String(40), nullable=False),
        sa.Column("goal", sa.Numeric(precision=7, scale=2), nullable=False),
        sa.Column("decision", sa.String(300), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_target_office", "target", ["office_id", "valid_from"], unique=False)
    op.add_column("dossier", sa.Column("support_office_id", sa.Integer(), nullable=True))
    op.add_column("dossier", sa.Column("alarm_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("dossier", sa.Column("alarm_no", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_dossier_alarm", "dossier", ["alarm_at"], unique=False, postgresql_where=sa.text("alarm_at IS NOT NULL")
    )
    op.drop_index("ix_dossier_open", table_name="dossier")
    op.create_index(
        "ix_dossier_open",
        "dossier",
        ["office_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL AND code IS NOT NULL"),
        postgresql_include=["applicant_id", "code", "procedure_code", "state", "submitted_at"],
    )
    op.create_index(
        "ix_dossier_support",
        "dossier",
        ["support_office_id", "created_at"],
        unique=False,
        postgresql_where=sa.text("support_office_id IS NOT NULL"),
    )
    op.create_index(
        "ix_dossier_without_due", "dossier", ["office_id"], unique=False,
        postgresql_where=sa.text("received_at IS NOT NULL AND due_at IS NULL AND paused_at IS NULL"),
    )
    op.create_index(
        "ix_dossier_finished",
        "dossier",
        ["office_id", "finished_at"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NOT NULL"),
    )
    op.create_index(
        "ix_dossier_received",
        "dossier",
        ["office_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("received_at IS NOT NULL"),
    )
    op.create_index(
        "ix_journal_line_finished", "journal_line", ["office_id", "at"], unique=False,
        postgresql_where=sa.text("event = 'step.finished'"),
    )
    op.create_index(
        "ix_payment_open", "payment", ["started_at"], unique=False,
        postgresql_where=sa.text("state IN ('started', 'unknown')"),
    )
    op.create_index(
        "ix_supplement_request_open", "supplement_request", ["due_at"], unique=False,
        postgresql_where=sa.text("closed IS NULL"),
    )
    op.add_column("timer", sa.Column("set_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("timer", sa.Column("term", sa.String(40), nullable=True))
    op.drop_constraint("ck_kind_known", "deadline_line")
    op.create_check_constraint("ck_kind_known", "deadline_line", f"kind IN ({KINDS})")
    for table in TENANT:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY office ON {table} USING ({OWN}) WITH CHECK ({OWN})")
    # An office sees what it handed in for another, and only when it says that this is what it is looking for.
    op.execute("DROP POLICY also_seen ON dossier")
    op.execute(
        "CREATE POLICY also_seen ON dossier FOR SELECT USING (applicant_id = (SELECT motcua_citizen())"
        " OR code = (SELECT motcua_presented()) OR ((SELECT motcua_presented()) = 'handed_in'"
        " AND support_office_id = ANY ((SELECT motcua_offices())::int[])))"
    )
    for table in ("report_snapshot", "index_input"):
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM motcua_app")
    # What a change of the calendar says is history; only how far it has come may be written.
    op.execute("REVOKE UPDATE, DELETE ON calendar_change FROM motcua_app")
    op.execute(f"GRANT UPDATE ({COMES_ALONG}) ON calendar_change TO motcua_app")


def downgrade() -> None:
    raise NotImplementedError("A clock that people have read is not taken back; mend forward.")

"""The first tables of the office."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_table(
        "answer",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(80), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", "question"),
    )
    op.create_table(
        "citizen",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=True),
        sa.Column("personal_number", sa.String(12), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_folded", sa.String(200), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("birth_month", sa.Integer(), nullable=True),
        sa.Column("birth_day", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(10), nullable=True),
        sa.Column("address", sa.String(400), nullable=True),
        sa.Column("phone", sa.String(30), nullable=True),
        sa.Column("email", sa.String(200), nullable=True),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("id_issued_on", sa.String(10), nullable=True),
        sa.Column("old_number", sa.String(9), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject"),
    )
    op.create_index(
        "uq_citizen_number",
        "citizen",
        ["personal_number"],
        unique=True,
        postgresql_where=sa.text("personal_number IS NOT NULL"),
    )
    op.create_table(
        "code_serial",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "day"),
    )
    op.create_table(
        "consultation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("task_no", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("agency", sa.String(200), nullable=False),
        sa.Column("asked_office_id", sa.Integer(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("opinion", sa.String(20), nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer_key", sa.String(64), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'answered', 'silent', 'withdrawn')", name="ck_state_known"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("answer_key"),
    )
    op.create_index(
        "ix_consultation_asked",
        "consultation",
        ["asked_office_id"],
        unique=False,
        postgresql_where=sa.text("state = 'asked'"),
    )
    op.create_index("ix_consultation_dossier", "consultation", ["dossier_id"], unique=False)
    op.create_table(
        "deadline_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("cause", sa.String(80), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("rule", sa.String(80), nullable=False),
        sa.Column("source", sa.String(300), nullable=False),
        sa.Column("due_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("term", sa.String(40), nullable=False),
        sa.Column("reading", sa.String(5), nullable=False),
        sa.Column("way", sa.String(25), nullable=False),
        sa.Column("left_after", sa.Integer(), nullable=False),
        sa.Column("cutoff", sa.Time(), nullable=False),
        sa.Column("calendar_version", sa.String(40), nullable=False),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.CheckConstraint("(kind = 'pause') = (due_after IS NULL)", name="ck_deadline_line_paused_is_not_due"),
        sa.CheckConstraint("(kind = 'start') = (line_no = 1)", name="ck_deadline_line_starts_once"),
        sa.CheckConstraint(
            "kind IN ('start', 'pause', 'resume', 'restart', 'extend', 'recount', 'end')", name="ck_kind_known"
        ),
        sa.CheckConstraint("reading IN ('days', 'hours')", name="ck_deadline_line_reading"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dossier_id", "line_no", name="uq_deadline_line_no"),
    )
    op.create_index("ix_deadline_line_calendar", "deadline_line", ["calendar_version"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("way", sa.String(10), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("receiver", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("collector", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shipment_code", sa.String(60), nullable=True),
        sa.Column("handed_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('ready', 'ordered', 'handed_over', 'in_transit', 'failed_attempt', 'delivered', 'returned')",
            name="ck_state_known",
        ),
        sa.CheckConstraint("way IN ('online', 'counter', 'post')", name="ck_way_known"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dossier_id", "way", name="uq_delivery_way"),
    )
    op.create_index("ix_delivery_office", "delivery", ["office_id", "state"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("component", sa.String(80), nullable=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("object_key", sa.String(200), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("copy_kind", sa.String(12), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("checks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('paper', 'form', 'draft', 'result', 'receipt', 'message')", name="ck_kind_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_document_dossier", "document", ["dossier_id", "kind"], unique=False)
    op.create_table(
        "fee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("explanation", sa.String(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('owed', 'paid', 'waived', 'refunded', 'cancelled')", name="ck_state_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_fee_dossier", "fee", ["dossier_id"], unique=False)
    op.create_table(
        "fee_receipt",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.String(20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("payment_id"),
        sa.UniqueConstraint("office_id", "series", "year", "number", name="uq_fee_receipt_number"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("route", sa.String(200), nullable=False),
        sa.Column("body_sha256", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key"),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'done', 'stuck', 'dropped')", name="ck_state_known"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_job_dossier", "job", ["dossier_id"], unique=False)
    op.create_index(
        "ix_job_stuck", "job", ["office_id", "created_at"], unique=False, postgresql_where=sa.text("state = 'stuck'")
    )
    op.create_index("ix_job_waiting", "job", ["run_at"], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_table(
        "journal_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(60), nullable=False),
        sa.Column("actor_kind", sa.String(10), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("why", sa.String(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_journal_line_dossier", "journal_line", ["dossier_id", "id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_kind", sa.String(10), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_message_dossier", "message", ["dossier_id", "at"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(60), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("trouble", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'sent', 'delivered', 'failed', 'skipped')", name="ck_state_known"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_notice_dossier", "notice", ["dossier_id"], unique=False)
    op.create_index("ix_notice_failed", "notice", ["office_id"], unique=False, postgresql_where=sa.text("state = 'failed'"))
    op.create_table(
        "office",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.String(35), nullable=False),
        sa.Column("territory_code", sa.String(5), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("short_name", sa.String(100), nullable=False),
        sa.Column("authority", sa.String(200), nullable=False),
        sa.Column("place", sa.String(100), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
        sa.Column("phone", sa.String(30), nullable=False),
        sa.Column("email", sa.String(200), nullable=True),
        sa.Column("website", sa.String(200), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('commune', 'province')", name="ck_kind_known"),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["office.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index(op.f("ix_office_parent_id"), "office", ["parent_id"], unique=False)
    op.create_table(
        "officer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(80), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("phone", sa.String(30), nullable=True),
        sa.Column("email", sa.String(200), nullable=True),
        sa.Column("roles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_secret", sa.String(), nullable=True),
        sa.Column("failed_sign_ins", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signing_key", sa.String(120), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "outside_message",
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("event_id", sa.String(120), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("source", "event_id"),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("provider_reference", sa.String(100), nullable=True),
        sa.Column("pay_url", sa.String(500), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("fee_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("state IN ('started', 'unknown', 'captured', 'failed')", name="ck_state_known"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_payment_dossier", "payment", ["dossier_id"], unique=False)
    op.create_table(
        "procedure_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("sector", sa.String(60), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("package", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code", "digest", name="uq_procedure_version_digest"),
    )
    op.create_index(op.f("ix_procedure_version_code"), "procedure_version", ["code"], unique=False)
    op.create_table(
        "process",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", postgresql.BYTEA(), nullable=False),
        sa.Column("ended", sa.String(80), nullable=True),
        sa.PrimaryKeyConstraint("dossier_id"),
    )
    op.create_table(
        "register_book",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("book", sa.String(60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("office_id", "book", "year"),
    )
    op.create_table(
        "register_entry",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("book", sa.String(60), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("void_why", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("office_id", "book", "year", "number"),
    )
    op.create_table(
        "result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("store_code", sa.String(80), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("book", sa.String(60), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("number_text", sa.String(60), nullable=True),
        sa.Column("dated", sa.Date(), nullable=True),
        sa.Column("draft_id", sa.Uuid(), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("verify_key", sa.String(40), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("ordered", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_why", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('drafted', 'signed', 'issued', 'revoked', 'discarded')", name="ck_state_known"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("dossier_id", "n", name="uq_result_n"),
        sa.UniqueConstraint("store_code"),
        sa.UniqueConstraint("verify_key"),
    )
    op.create_index("ix_result_sha256", "result", ["sha256"], unique=False, postgresql_where=sa.text("sha256 IS NOT NULL"))
    op.create_table(
        "session",
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("citizen_id", sa.Uuid(), nullable=True),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
    )
    op.create_index("ix_session_expires", "session", ["expires_at"], unique=False)
    op.create_index("ix_session_officer", "session", ["officer_id"], unique=False)
    op.create_table(
        "shipment_event",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.String(120), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(30), nullable=False),
        sa.Column("detail", sa.String(300), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", "event_id"),
    )
    op.create_table(
        "signature",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("task_key", sa.String(200), nullable=False),
        sa.Column("previewed_sha256", sa.String(64), nullable=False),
        sa.Column("signed_sha256", sa.String(64), nullable=False),
        sa.Column("certificate_serial", sa.String(80), nullable=False),
        sa.Column("signer", sa.String(200), nullable=False),
        sa.Column("level", sa.String(10), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("task_key", name="uq_signature_task"),
    )
    op.create_index("ix_signature_dossier", "signature", ["dossier_id"], unique=False)
    op.create_table(
        "step",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("task_no", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("officer_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("dossier_id", "task_no"),
    )
    op.create_index("ix_step_officer", "step", ["officer_id", "due_at"], unique=False)
    op.create_index("ix_step_work", "step", ["office_id", "role", "due_at"], unique=False)
    op.create_table(
        "supplement_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("items", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed", sa.String(12), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_supplement_request_dossier", "supplement_request", ["dossier_id"], unique=False)
    op.create_table(
        "territory",
        sa.Column("code", sa.String(5), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("parent_code", sa.String(2), nullable=True),
        sa.Column("successor_code", sa.String(5), nullable=True),
        sa.CheckConstraint(
            "(length(code) = 2) = (parent_code IS NULL) AND (length(code) = 2) = (kind IN ('tỉnh', 'thành phố'))",
            name="ck_territory_level",
        ),
        sa.CheckConstraint("code ~ '^([0-9]{2}|[0-9]{5})$'", name="ck_territory_code"),
        sa.CheckConstraint("kind IN ('tỉnh', 'thành phố', 'xã', 'phường', 'đặc khu')", name="ck_kind_known"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ck_territory_period"),
        sa.PrimaryKeyConstraint("code", "valid_from"),
    )
    op.create_index("ix_territory_parent", "territory", ["parent_code"], unique=False)
    op.create_table(
        "timer",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("task_no", sa.Integer(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dossier_id", "task_no"),
    )
    op.create_index("ix_timer_due", "timer", ["due_at"], unique=False)
    op.create_table(
        "verdict",
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("component", sa.String(60), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(10), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("officer_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('ok', 'missing', 'wrong')", name="ck_verdict_known"),
        sa.PrimaryKeyConstraint("dossier_id", "component"),
    )
    op.create_table(
        "working_calendar",
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("scope", sa.String(35), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "dossier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=True),
        sa.Column("submission_key", sa.Uuid(), nullable=False),
        sa.Column("procedure_code", sa.String(20), nullable=False),
        sa.Column("procedure_version_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("return_way", sa.String(10), nullable=True),
        sa.Column("return_address", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("applicant_id", sa.Uuid(), nullable=False),
        sa.Column("holder_name", sa.String(200), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("language", sa.String(5), nullable=False),
        sa.Column("assisted_by", sa.Uuid(), nullable=True),
        sa.Column("consent", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("supplements_asked", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("original_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("channel IN ('counter', 'online', 'post')", name="ck_channel_known"),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'refused_at_intake', 'received', 'in_progress', 'supplement_requested', 'payment_requested', 'awaiting_signature', 'awaiting_seal', 'result_ready', 'returned', 'refused', 'withdrawn', 'stopped')",
            name="ck_state_known",
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"],
            ["citizen.id"],
        ),
        sa.ForeignKeyConstraint(
            ["procedure_version_id"],
            ["procedure_version.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("submission_key"),
    )
    op.create_index("ix_dossier_applicant", "dossier", ["applicant_id", "created_at"], unique=False)
    op.create_index(
        "ix_dossier_open",
        "dossier",
        ["office_id", "due_at"],
        unique=False,
        postgresql_where=sa.text("finished_at IS NULL AND code IS NOT NULL"),
    )
    op.create_index(
        "ix_dossier_search",
        "dossier",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index("ix_dossier_state", "dossier", ["office_id", "state", "submitted_at"], unique=False)
    op.create_index("uq_dossier_code", "dossier", ["code"], unique=True, postgresql_where=sa.text("code IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("uq_dossier_code", table_name="dossier", postgresql_where=sa.text("code IS NOT NULL"))
    op.drop_index("ix_dossier_state", table_name="dossier")
    op.drop_index(
        "ix_dossier_search", table_name="dossier", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
    )
    op.drop_index(
        "ix_dossier_open", table_name="dossier", postgresql_where=sa.text("finished_at IS NULL AND code IS NOT NULL")
    )
    op.drop_index("ix_dossier_applicant", table_name="dossier")
    op.drop_table("dossier")
    op.drop_table("working_calendar")
    op.drop_table("verdict")
    op.drop_index("ix_timer_due", table_name="timer")
    op.drop_table("timer")
    op.drop_index("ix_territory_parent", table_name="territory")
    op.drop_table("territory")
    op.drop_index("ix_supplement_request_dossier", table_name="supplement_request")
    op.drop_table("supplement_request")
    op.drop_index("ix_step_work", table_name="step")
    op.drop_index("ix_step_officer", table_name="step")
    op.drop_table("step")
    op.drop_index("ix_signature_dossier", table_name="signature")
    op.drop_table("signature")
    op.drop_table("shipment_event")
    op.drop_index("ix_session_officer", table_name="session")
    op.drop_index("ix_session_expires", table_name="session")
    op.drop_table("session")
    op.drop_index("ix_result_sha256", table_name="result", postgresql_where=sa.text("sha256 IS NOT NULL"))
    op.drop_table("result")
    op.drop_table("register_entry")
    op.drop_table("register_book")
    op.drop_table("process")
    op.drop_index(op.f("ix_procedure_version_code"), table_name="procedure_version")
    op.drop_table("procedure_version")
    op.drop_index("ix_payment_dossier", table_name="payment")
    op.drop_table("payment")
    op.drop_table("outside_message")
    op.drop_table("officer")
    op.drop_index(op.f("ix_office_parent_id"), table_name="office")
    op.drop_table("office")
    op.drop_index("ix_notice_failed", table_name="notice", postgresql_where=sa.text("state = 'failed'"))
    op.drop_index("ix_notice_dossier", table_name="notice")
    op.drop_table("notice")
    op.drop_index("ix_message_dossier", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_journal_line_dossier", table_name="journal_line")
    op.drop_table("journal_line")
    op.drop_index("ix_job_waiting", table_name="job", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index("ix_job_stuck", table_name="job", postgresql_where=sa.text("state = 'stuck'"))
    op.drop_index("ix_job_dossier", table_name="job")
    op.drop_table("job")
    op.drop_table("idempotency_key")
    op.drop_table("fee_receipt")
    op.drop_index("ix_fee_dossier", table_name="fee")
    op.drop_table("fee")
    op.drop_index("ix_document_dossier", table_name="document")
    op.drop_table("document")
    op.drop_index("ix_delivery_office", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index("ix_deadline_line_calendar", table_name="deadline_line")
    op.drop_table("deadline_line")
    op.drop_index("ix_consultation_dossier", table_name="consultation")
    op.drop_index("ix_consultation_asked", table_name="consultation", postgresql_where=sa.text("state = 'asked'"))
    op.drop_table("consultation")
    op.drop_table("code_serial")
    op.drop_index("uq_citizen_number", table_name="citizen", postgresql_where=sa.text("personal_number IS NOT NULL"))
    op.drop_table("citizen")
    op.drop_table("answer")

"""A commune sees its own rows and no other's; PostgreSQL itself says so.

The application's role neither owns a table nor may step around the policies. A transaction names whose rows it works
on: `motcua.offices` (ids), `motcua.citizen` (the applicant), `motcua.presented` (a code, card or key somebody holds up,
which opens exactly the row that carries it). Nothing named, nothing seen. The journal and the deadline ledger may be
added to and read, never changed.
"""

from alembic import op

revision = "0002_row_level_security"
down_revision = "0001_tables"
branch_labels = None
depends_on = None

ROLE = "motcua_app"
OWN = "office_id = ANY ((SELECT motcua_offices())::int[])"
PRESENTED = "(SELECT motcua_presented())"

# Rows of one office. The second member is what else lets a row be read.
TENANT: dict[str, str | None] = {
    "answer": None,
    "code_serial": None,
    "consultation": f"asked_office_id = ANY ((SELECT motcua_offices())::int[]) OR answer_key = {PRESENTED}",
    "deadline_line": None,
    "delivery": f"id::text = {PRESENTED}",
    "document": None,
    "dossier": f"applicant_id = (SELECT motcua_citizen()) OR code = {PRESENTED}",
    "fee": None,
    "fee_receipt": None,
    "job": None,
    "journal_line": None,
    "message": None,
    "notice": f"id::text = {PRESENTED} OR citizen_id = (SELECT motcua_citizen())",
    "payment": f"id::text = {PRESENTED}",
    "process": None,
    "register_book": None,
    "register_entry": None,
    "result": f"verify_key = {PRESENTED} OR store_code = {PRESENTED} OR sha256 = {PRESENTED}",
    "shipment_event": None,
    "signature": None,
    "step": None,
    "supplement_request": None,
    "timer": None,
    "verdict": None,
}
APPEND_ONLY = ("journal_line", "deadline_line", "working_calendar", "register_entry")

FUNCTIONS = """
CREATE FUNCTION motcua_offices() RETURNS int[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT string_to_array(NULLIF(current_setting('motcua.offices', true), ''), ',')::int[] $$;
CREATE FUNCTION motcua_citizen() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('motcua.citizen', true), '')::uuid $$;
CREATE FUNCTION motcua_presented() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('motcua.presented', true), '') $$;
"""

CITIZEN = f"""
CREATE POLICY seen ON citizen FOR SELECT USING (
  id = (SELECT motcua_citizen()) OR personal_number = {PRESENTED} OR subject = {PRESENTED}
  OR EXISTS (SELECT 1 FROM dossier WHERE dossier.applicant_id = citizen.id));
CREATE POLICY added ON citizen FOR INSERT WITH CHECK (true);
CREATE POLICY changed ON citizen FOR UPDATE USING (
  id = (SELECT motcua_citizen()) OR personal_number = {PRESENTED} OR subject = {PRESENTED}
  OR EXISTS (SELECT 1 FROM dossier WHERE dossier.applicant_id = citizen.id)) WITH CHECK (true);
"""


def upgrade() -> None:
    op.execute(
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN CREATE ROLE {ROLE} NOLOGIN;"
        " END IF; END $$"
    )
    for statement in FUNCTIONS.strip().split(";\n"):
        op.execute(statement.rstrip(";"))
    op.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {ROLE}")
    for table, also in TENANT.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY office ON {table} USING ({OWN}) WITH CHECK ({OWN})")
        if also:
            op.execute(f"CREATE POLICY also_seen ON {table} FOR SELECT USING ({also})")
    op.execute("ALTER TABLE citizen ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE citizen FORCE ROW LEVEL SECURITY")
    for statement in CITIZEN.strip().split(";\n"):
        op.execute(statement.rstrip(";"))
    for table in APPEND_ONLY:
        op.execute(f"REVOKE DELETE ON {table} FROM {ROLE}")
    for table in ("journal_line", "deadline_line", "working_calendar"):
        op.execute(f"REVOKE UPDATE ON {table} FROM {ROLE}")


def downgrade() -> None:
    raise NotImplementedError("Row-level security is not taken away; mend forward.")

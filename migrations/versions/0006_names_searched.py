"""Search by name: in any order, without accents, with typing mistakes.

`found_by` has a row for every key a dossier is found by, `known_word` the words of each office's names with what a slip
leaves of them. What is there is filled in by the same pure functions the application writes with. The trigram index goes:
row-level security kept it from being used, and every change of a dossier had to write into it. The column `search` stays
for the release before; nothing reads it any more.
"""

import sqlalchemy as sa
from alembic import op

from app.dossiers.naming import cuts, keys_of, name_words, number_keys

revision = "0006_names_searched"
down_revision = "0005_the_clock"
branch_labels = None
depends_on = None

# Looked up in a hash, row by row: as an array it would become a second condition of the index and multiply its probes.
OWN = "office_id IN (SELECT unnest(motcua_offices()))"
BATCH = 5_000
DOSSIERS = """
SELECT d.id, d.office_id, d.created_at, d.code, d.holder_name, c.name, c.personal_number, c.phone
FROM dossier d JOIN citizen c ON c.id = d.applicant_id WHERE d.id > CAST(:after AS uuid) ORDER BY d.id LIMIT :batch
"""
FOUND = """
INSERT INTO found_by (office_id, key, at, dossier_id, marks)
SELECT * FROM unnest(CAST(:offices AS int[]), CAST(:keys AS text[]), CAST(:ats AS timestamptz[]), CAST(:ids AS uuid[]),
  CAST(:marks AS int[]))
"""
KNOWN = """
INSERT INTO known_word (office_id, cut, word)
SELECT :office, * FROM unnest(CAST(:cuts AS text[]), CAST(:words AS text[]))
"""


def upgrade() -> None:
    op.create_table(
        "found_by",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dossier_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
    )
    op.create_table(
        "known_word",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("cut", sa.Text(collation="C"), nullable=False),
        sa.Column("word", sa.Text(collation="C"), nullable=False),
    )
    _fill()
    op.execute(
        "ALTER TABLE found_by ADD CONSTRAINT found_by_pkey PRIMARY KEY (office_id, key, at, dossier_id) INCLUDE (marks)"
    )
    op.create_primary_key("known_word_pkey", "known_word", ["office_id", "cut", "word"])
    for table in ("found_by", "known_word"):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY office ON {table} USING ({OWN}) WITH CHECK ({OWN})")
    op.drop_index("ix_dossier_search", table_name="dossier")


def _fill() -> None:
    """The owner is bound by the policies too: for this transaction it acts for every office."""
    bind = op.get_bind()
    offices = [str(one) for one in bind.execute(sa.text("SELECT id FROM office")).scalars()]
    bind.execute(sa.text("SELECT set_config('motcua.offices', :all, true)"), {"all": ",".join(offices)})
    known: dict[int, set[str]] = {}
    after = "00000000-0000-0000-0000-000000000000"
    while rows := bind.execute(sa.text(DOSSIERS), {"after": after, "batch": BATCH}).all():
        found = []
        for row in rows:
            numbers = number_keys(personal_number=row.personal_number, phone=row.phone, code=row.code)
            keys = {**keys_of((row.holder_name, row.name)), **numbers}
            found += [(row.office_id, key, row.created_at, row.id, marks) for key, marks in keys.items()]
            words = known.setdefault(row.office_id, set())
            words.update(word.folded for name in (row.holder_name, row.name) for word in name_words(name))
        columns = dict(zip(("offices", "keys", "ats", "ids", "marks"), map(list, zip(*found, strict=True)), strict=True))
        bind.execute(sa.text(FOUND), columns)
        after = str(rows[-1].id)
    for office, words in known.items():
        pairs = [(cut, word) for word in sorted(words) for cut in cuts(word)]
        bind.execute(sa.text(KNOWN), {"office": office, "cuts": [a for a, _ in pairs], "words": [b for _, b in pairs]})


def downgrade() -> None:
    raise NotImplementedError("What is searched is written from here on; mend forward.")

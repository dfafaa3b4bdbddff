"""Those who are spelt otherwise than most with the same letters are found by a key of their own.

"Nguyên" was looked for among all the Nguyễn: 180,000 rows of the index for a page of a province with a million dossiers. Its
keys, and those of every choice of words it is part of, stand once more with the number of their spelling. Which spellings
are the usual ones is `app.dossiers.naming`'s; what is here already is copied from itself, by one statement
(docs/decisions/0073-the-same-page.md).

The lists of what waits at the counter and of what stands still get an index in their own order; what was handed over is not
in the first.
"""

import sqlalchemy as sa
from alembic import op

from app.dossiers.naming import USUAL, NameWord, marks_of

revision = "0010_few_among_many"
down_revision = "0009_a_step_writes_little"
branch_labels = None
depends_on = None

# A word alone is a key of every dossier, so whoever has an unusual one is told by that row.
FILL = """
INSERT INTO found_by (office_id, key, at, dossier_id, marks)
SELECT DISTINCT n.office_id, n.key || '=' || n.marks, n.at, n.dossier_id, n.marks
FROM found_by u
JOIN unnest(CAST(:words AS text[]), CAST(:plain AS int[])) AS usual(word, plain) ON usual.word = u.key
JOIN found_by n ON n.office_id = u.office_id AND n.dossier_id = u.dossier_id AND u.key = ANY (string_to_array(n.key, ' '))
WHERE u.marks <> usual.plain AND NOT EXISTS (
  SELECT FROM unnest(CAST(:of AS text[]), CAST(:marks AS int[])) AS spelt(word, marks)
  WHERE spelt.word = u.key AND spelt.marks = u.marks)
ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.create_index(
        "ix_delivery_waiting", "delivery", ["office_id", "way", "created_at", "id"], unique=False,
        postgresql_where=sa.text("state IN ('ready', 'ordered', 'handed_over', 'in_transit', 'failed_attempt')"),
    )
    op.drop_index("ix_finding_office", table_name="finding")
    op.create_index(
        "ix_finding_office", "finding", ["office_id", "found_at", "id"], unique=False,
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    bind = op.get_bind()
    # The owner is bound by the policies too: for this transaction it acts for every office.
    offices = [str(one) for one in bind.execute(sa.text("SELECT id FROM office")).scalars()]
    bind.execute(sa.text("SELECT set_config('motcua.offices', :all, true)"), {"all": ",".join(offices)})
    words = list(USUAL)
    spelt = [NameWord(word, one) for word in words for one in USUAL[word]]
    bind.execute(sa.text(FILL), {
        "words": words, "plain": [marks_of([NameWord(word, word)]) for word in words],
        "of": [one.folded for one in spelt], "marks": [marks_of([one]) for one in spelt],
    })


def downgrade() -> None:
    raise NotImplementedError("What is searched is written from here on; mend forward.")

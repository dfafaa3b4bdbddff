"""Search by name: in any order, without accents, with typing mistakes."""

revision = "0006_names_searched"
down_revision = "0005_the_clock"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

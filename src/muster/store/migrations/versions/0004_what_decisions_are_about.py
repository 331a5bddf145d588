"""When what each decision is about began: decisions of before have no such instant, and go by their ids."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add one column, empty where it is not known."""
    op.add_column("decision", sa.Column("about_at", sa.String(40), nullable=False, server_default=""))

"""Saved views get ids drawn by chance: who saved one read from its number how many others had saved."""

from __future__ import annotations

from secrets import token_hex

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew, with the same views in it: SQLite changes no column of a key."""
    connection = op.get_bind()
    kept = connection.execute(sa.text("SELECT * FROM saved_view")).mappings().all()
    op.drop_table("saved_view")
    made = op.create_table(
        "saved_view",
        sa.Column("view_id", sa.String(16), primary_key=True),
        sa.Column("user_id", sa.Integer, sa.ForeignKey("user.user_id"), nullable=False, index=True),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("is_shared", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.UniqueConstraint("user_id", "name", name="one_view_of_a_name"),
    )
    rows = [dict(row) | {"view_id": token_hex(8), "is_shared": bool(row["is_shared"])} for row in kept]
    if rows:
        op.bulk_insert(made, rows)

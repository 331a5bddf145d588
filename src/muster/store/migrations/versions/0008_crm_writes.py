"""What is written back to a CRM: which of its fields may be, and every write with the value before it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make two tables beside those that are there."""
    op.create_table(
        "crm_field",
        sa.Column("object", sa.String(32), primary_key=True),
        sa.Column("field", sa.String(80), primary_key=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.String(40), nullable=False),
    )
    op.create_table(
        "crm_write",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("object", sa.String(32), nullable=False),
        sa.Column("record_id", sa.String(64), nullable=False),
        sa.Column("field", sa.String(80), nullable=False),
        sa.Column("old_value", sa.Text, nullable=False),
        sa.Column("new_value", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("open_place", sa.String(200), unique=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.String(40), nullable=False),
        sa.Column("lease", sa.String(32)),
        sa.Column("leased_until", sa.String(40)),
        sa.Column("last_answer", sa.Text, nullable=False),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("as_of", sa.String(40), nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("undoes", sa.Integer),
        sa.Column("created_at", sa.String(40), nullable=False),
        sa.Column("settled_at", sa.String(40)),
    )
    op.create_index("crm_write_due", "crm_write", ["state", "next_at"])

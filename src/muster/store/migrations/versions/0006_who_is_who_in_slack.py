"""Who a user is in Slack, so that what they press there is theirs here: nobody, until they say so."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add one column, and see that no two users are one in Slack."""
    op.add_column("user", sa.Column("slack_id", sa.String(32)))
    op.create_index("one_user_of_a_slack_id", "user", ["slack_id"], unique=True)

"""What was written to a CRM is found by its record and by its run: the ledger is kept for good, and grows."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make two indices beside the one that is there."""
    op.create_index("crm_write_of_record", "crm_write", ["record_id"])
    op.create_index("crm_write_of_run", "crm_write", ["run_id"])

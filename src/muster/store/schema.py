"""The tables of the store, as its newest migration leaves them (see `migrations/versions`)."""

from __future__ import annotations

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

# Rows are only added. A decision takes the next turn about its subjects, so two people who decide at
# once cannot both be next: the second is refused by `turn_taken_once`, and told who was first.
DECISION = Table(
    "decision",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("decision_id", String(64), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("subject_id", String(255), nullable=False),
    Column("other_id", String(255), nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", String(40), nullable=False),  # the date of the tables it was taken on
    Column("value", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    UniqueConstraint("subject_id", "other_id", "turn", name="turn_taken_once"),
)

# Who did what, each row sealed with the one before: a changed byte or a missing row is found.
AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(40), nullable=False),
    Column("who", Text, nullable=False),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON
    Column("seal", String(64), nullable=False),
)

"""The tables of the store, as its newest migration leaves them (see `migrations/versions`)."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()


def _user() -> Column[int]:
    return Column("user_id", Integer, ForeignKey("user.user_id"), nullable=False, index=True)


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
    Column("about_at", String(40), nullable=False),  # when what it is about began, should its id give way
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

# Nobody is taken out of it, so that what they did stays theirs: who left is disabled.
USER = Table(
    "user",
    METADATA,
    Column("user_id", Integer, primary_key=True, autoincrement=True),
    Column("email", String(255), nullable=False, unique=True),  # in small letters
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("owner_ids", JSON, nullable=False),  # who they are in the CRM
    Column("territories", JSON, nullable=False),
    Column("password_hash", Text),
    Column("is_disabled", Boolean, nullable=False),
    Column("issuer", String(255)),  # who vouches for them by OpenID Connect, and as whom
    Column("subject", String(255)),
    Column("created_at", String(40), nullable=False),
    Column("slack_id", String(32)),  # who they are in Slack: what is pressed there is theirs
    UniqueConstraint("issuer", "subject", name="one_user_of_an_identity"),
    Index("one_user_of_a_slack_id", "slack_id", unique=True),
)

PASSKEY = Table(
    "passkey",
    METADATA,
    Column("credential_id", String(400), primary_key=True),
    _user(),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
)

# Links that work once. Of every secret only its SHA-256 is kept: it is random, so there is nothing to guess.
INVITATION = Table(
    "invitation",
    METADATA,
    Column("secret_hash", String(64), primary_key=True),
    Column("purpose", String(16), nullable=False),
    Column("user_id", Integer, ForeignKey("user.user_id")),  # none where the first admin is to be made
    Column("created_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("used_at", String(40)),
)

SESSION = Table(
    "session",
    METADATA,
    Column("secret_hash", String(64), primary_key=True),
    _user(),
    Column("created_at", String(40), nullable=False),
    Column("last_seen_at", String(40), nullable=False),
    Column("expires_at", String(40), nullable=False),
    Column("user_agent", Text, nullable=False),
)

TOKEN = Table(
    "token",
    METADATA,
    Column("token_id", String(16), primary_key=True),  # the part of its text that is no secret
    Column("secret_hash", String(64), nullable=False),
    Column("scopes", JSON, nullable=False),
    _user(),
    Column("name", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("last_used_at", String(40)),
    Column("expires_at", String(40)),
    Column("revoked_at", String(40)),
)

SAVED_VIEW = Table(
    "saved_view",
    METADATA,
    Column("view_id", String(16), primary_key=True),  # drawn by chance: a number would count everybody's
    _user(),
    Column("name", String(255), nullable=False),
    Column("path", Text, nullable=False),  # of a page, with its query
    Column("is_shared", Boolean, nullable=False),
    Column("created_at", String(40), nullable=False),
    UniqueConstraint("user_id", "name", name="one_view_of_a_name"),
)

# Which requests became decisions already: one sent twice is answered with the first one's decision.
IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    Column("who", String(255), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request_hash", String(64), nullable=False),
    Column("decision_id", String(64), nullable=False),
    Column("created_at", String(40), nullable=False),
)

# Where messages go beside people's own addresses. Its secret is kept as it is, since it signs what we send,
# and so is an address that lets everybody who knows it post; neither is shown again.
TARGET = Table(
    "target",
    METADATA,
    Column("target_id", String(16), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("channel", String(16), nullable=False),
    Column("address", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("user_id", Integer),  # it is told what this user may see; none: everything
    Column("created_at", String(40), nullable=False),
    Column("disabled_at", String(40)),
    Column("disabled_because", Text, nullable=False),
)

# The outbox. A row is a message on its way to one reader by one channel; its key says so, once.
DELIVERY = Table(
    "delivery",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("message_id", String(64), nullable=False, unique=True),  # made of the key
    Column("key", String(255), nullable=False, unique=True),
    Column("kind", String(32), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("user_id", Integer),
    Column("target_id", String(16)),
    Column("subject_id", String(255), nullable=False),  # messages about one subject arrive in their order
    Column("payload", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(40), nullable=False),
    Column("lease", String(32)),  # who is sending it now
    Column("leased_until", String(40)),
    Column("last_answer", Text, nullable=False),
    Column("created_at", String(40), nullable=False),
    Column("sent_at", String(40)),
    Column("account_id", String(64)),  # as it was called then; with topic and instant it outlives the key
    Column("topic", Text),
    Column("happened_at", String(40)),
    Index("delivery_due", "state", "next_at"),
)

# What a user wants to be told of, and how, where that is not what their role is told by itself.
CHOICE = Table(
    "choice",
    METADATA,
    Column("user_id", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(32), primary_key=True),
    Column("channel", String(16), primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("weekday", Integer, nullable=False),  # of the weekly digest: 0 is Monday
    Column("changed_at", String(40), nullable=False),
)

# Which fields of the CRM may be written, as people said last; a field that is not here is off.
CRM_FIELD = Table(
    "crm_field",
    METADATA,
    Column("object", String(32), primary_key=True),
    Column("field", String(80), primary_key=True),
    Column("state", String(16), nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", String(40), nullable=False),
)

# The ledger of what is written to the CRM. A row is one value for one field of one record; while it is on its
# way `open_place` names that field, so that no second row about it is.
CRM_WRITE = Table(
    "crm_write",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("object", String(32), nullable=False),
    Column("record_id", String(64), nullable=False),
    Column("field", String(80), nullable=False),
    Column("old_value", Text, nullable=False),  # JSON, as the next
    Column("new_value", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("open_place", String(200), unique=True),
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(40), nullable=False),
    Column("lease", String(32)),  # who is writing it now
    Column("leased_until", String(40)),
    Column("last_answer", Text, nullable=False),
    Column("run_id", String(64), nullable=False),
    Column("as_of", String(40), nullable=False),
    Column("by", Text, nullable=False),
    Column("undoes", Integer),  # the number of the write whose old value this puts back
    Column("created_at", String(40), nullable=False),
    Column("settled_at", String(40)),
    Index("crm_write_due", "state", "next_at"),
    Index("crm_write_of_record", "record_id"),
    Index("crm_write_of_run", "run_id"),
)

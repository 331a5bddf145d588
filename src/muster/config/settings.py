"""What muster.toml may say, section by section, with what holds where it says nothing."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

FILE = "muster.toml"
DECISIONS = ".muster/decisions.csv"  # what the store holds, written out for runs: one more source
SQLITE_STORE = "store.db"  # where decisions are kept unless store.url names a database
OLDER_DECISIONS = "decisions.csv"  # where decisions were kept before there was a store


class Section(BaseModel):
    """A part of the file; a key it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Company(Section):
    """Who the company is; every key has a default that suits one with a single currency."""

    name: str
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    own_domains: tuple[str, ...] = ()
    free_mail_domains: tuple[str, ...] = ()
    live_since: date | None = None


class ColumnMap(Section):
    """How one column of a canonical table is filled from a file.

    Give `column` (one column), `columns` (joined by `separator`), or `value` (the same text in
    every row). `type` says how text becomes a value where that is not plain from the table:
    `format` is a strptime pattern for dates and instants, `values` renames values (others pass
    unless `others` names what they become), `plus_days` moves an instant, `times` scales a number
    before it becomes whole cents (1000000 for a column in millions).
    """

    column: str | None = None
    columns: tuple[str, ...] = ()
    value: str | None = None
    separator: str = "|"
    format: str | None = None
    values: dict[str, str] = Field(default_factory=dict)
    others: str | None = None
    plus_days: int = 0
    times: int = 1
    decimal: Literal[".", ","] = "."


class SourceConfig(Section):
    """One `[[source]]`: a CRM export (`salesforce`) or any table by a column map (`table`).

    `path` is a file or folder, absolute or relative to the workspace. For `salesforce`, `fields`
    maps `table.column` (or `account_attribute.<name>`) to a custom field's API name, as in
    `"opportunity.solution_id" = "Solution__c"`. For `table`, `table` names the canonical table
    and `columns` maps its columns; a plain string is short for `{ column = "..." }`.
    `where` keeps only rows whose column has one of the given values; the others are counted as
    set aside with the reason that the source's `where` leaves them out.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    kind: Literal["salesforce", "table"]
    path: str
    fields: dict[str, str] = Field(default_factory=dict)
    table: str | None = None
    columns: dict[str, str | ColumnMap] = Field(default_factory=dict)
    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    currency: str | None = None
    date_format: str | None = None
    encoding: str | None = None
    delimiter: str | None = None

    def column_map(self, column: str) -> ColumnMap | None:
        """The map of one canonical column, short strings spelt out; None when it is not mapped."""
        given = self.columns.get(column)
        return ColumnMap(column=given) if isinstance(given, str) else given


class EngineConfig(Section):
    """How much of the machine a run may use; without a limit half of the memory that is free as it begins."""

    memory_limit: str | None = None
    threads: Annotated[int, Field(ge=1)] | None = None


class PeopleConfig(Section):
    """From which probability on two records that are alike are one person; Muster's own where not given."""

    join_from: Annotated[float, Field(ge=0.5, lt=1.0)] | None = None


class StoreConfig(Section):
    """Where decisions are kept: a SQLite file in the workspace, or a PostgreSQL database by its address."""

    url: str | None = None


class SignOnConfig(Section):
    """Single sign-on by OpenID Connect; `client_secret_env` names the variable that holds the secret.

    Who signs in for the first time becomes a user with `new_users` as role, if the address is of one of
    `domains`; without `new_users` only people who are users already may sign in.
    """

    issuer: str
    client_id: str
    client_secret_env: str = "MUSTER_OIDC_SECRET"  # noqa: S105 - a name
    name: str = "single sign-on"
    domains: tuple[str, ...] = ()
    new_users: Literal["rep", "marketer", "analyst"] | None = None


class ServeConfig(Section):
    """`muster serve`: where it listens, what people type to get there, when it runs the flow.

    `public_url` is the address people use, as in "https://muster.example.com"; `schedule` is a cron
    expression in UTC, as in "0 5 * * *"; `upload_mb` is how much one upload of exports may hold in all, in
    millions of bytes.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8642
    public_url: str | None = None
    schedule: str | None = None
    upload_mb: Annotated[int, Field(ge=1, le=1_000_000)] = 2000
    sign_on: SignOnConfig | None = None


class SmtpConfig(Section):
    """The server that takes our mail; its password is in the environment, under the name `password_env`."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_env: str | None = None
    sender: Annotated[str, Field(alias="from")]
    ca_file: str | None = None


class SlackConfig(Section):
    """A Slack app's bot, for messages to people and channels; its token is in the environment.

    Hand-offs are answered in Slack where `signing_secret_env` names a variable that holds the app's secret.
    """

    token_env: str = "MUSTER_SLACK_TOKEN"  # noqa: S105  a name, not a secret
    signing_secret_env: str | None = None
    api_url: str = "https://slack.com/api/"


class MessagesConfig(Section):
    """Who is told of what happened, and by which ways."""

    days_back: Annotated[int, Field(ge=1, le=90)] = 7
    stale_after_days: Annotated[int, Field(ge=1)] = 3
    keep_days: Annotated[int, Field(ge=1)] = 90
    inward_hosts: tuple[str, ...] = ()
    smtp: SmtpConfig | None = None
    slack: SlackConfig | None = None


class CrmFieldConfig(Section):
    """One field of the company's CRM that Muster may fill, and with what (`writing_back/facts.py`).

    It has to be a field that the company made (its API name ends with `__c`): Muster writes into no other.
    With `solution` it tells of that solution's group alone. Longer text than `length` signs is cut.
    """

    object: Literal["Account", "Contact", "Lead"]
    field: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,60}__c$")]
    value: Literal["status", "score", "why_now", "role", "role_confidence", "link"]
    solution: str | None = None
    length: Annotated[int, Field(ge=20, le=100_000)] = 255

    @field_validator("value")
    @classmethod
    def _is_told_of_the_object(cls, value: str, told: ValidationInfo) -> str:
        """A role is a person's: on an account's record it would stay empty for good."""
        if told.data.get("object") == "Account" and value in {"role", "role_confidence"}:
            raise ValueError(
                f"{told.data.get('field', 'this field')} is on Account, and only a person has a role; "
                "map it on Contact or Lead, or give the account status, score, why_now or link"
            )
        return value

    @property
    def name(self) -> str:
        """As people say it: Account.Muster_Status__c."""
        return f"{self.object}.{self.field}"


class CrmConfig(Section):
    """The CRM whose records are told what is known of groups; names of variables, never secrets themselves.

    Without `instance_url` there is none. A token is asked for with the client id and secret (OAuth client
    credentials); one that is in `token_env` is used as it is.
    """

    instance_url: Annotated[str, Field(pattern=r"^https://[^/?#@]+/?$")] | None = None
    client_id_env: str = "MUSTER_SALESFORCE_CLIENT_ID"
    client_secret_env: str = "MUSTER_SALESFORCE_CLIENT_SECRET"  # noqa: S105  a name, not a secret
    token_env: str = "MUSTER_SALESFORCE_TOKEN"  # noqa: S105  a name, not a secret
    ca_file: str | None = None
    inward_hosts: tuple[str, ...] = ()
    field: tuple[CrmFieldConfig, ...] = ()


class RetentionConfig(Section):
    """How long is kept what runs leave behind: without a number of days, for good. Every run ends with it.

    `run_before` keeps the tables of the run before until the next one. `set_aside_days`: the text of rows
    set aside, by when their file was last changed. `logs_days`: what the logs of runs say. How long the texts
    of messages are kept says `messages.keep_days`.
    """

    run_before: bool = True
    set_aside_days: Annotated[int, Field(ge=1)] | None = None
    logs_days: Annotated[int, Field(ge=1)] | None = None


class Config(Section):
    """The whole of muster.toml."""

    company: Company
    source: tuple[SourceConfig, ...] = ()
    engine: EngineConfig = EngineConfig()
    people: PeopleConfig = PeopleConfig()
    store: StoreConfig = StoreConfig()
    serve: ServeConfig = ServeConfig()
    messages: MessagesConfig = MessagesConfig()
    crm_write_back: CrmConfig = CrmConfig()
    retention: RetentionConfig = RetentionConfig()

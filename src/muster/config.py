"""muster.toml, read and checked: what the company is called, where its records are."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from muster.problems import ConfigError, WrongUse

FILE = "muster.toml"
DECISIONS = ".muster/decisions.csv"  # what the store holds, written out for runs: one more source
SQLITE_STORE = "store.db"  # where decisions are kept unless store.url names a database
OLDER_DECISIONS = "decisions.csv"  # where decisions were kept before there was a store
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Company(_Section):
    """Who the company is; every key has a default that suits one with a single currency."""

    name: str
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    own_domains: tuple[str, ...] = ()
    free_mail_domains: tuple[str, ...] = ()
    live_since: date | None = None


class ColumnMap(_Section):
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


class SourceConfig(_Section):
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


class EngineConfig(_Section):
    """How much of the machine a run may use."""

    memory_limit: str = "8GB"
    threads: Annotated[int, Field(ge=1)] | None = None


class PeopleConfig(_Section):
    """From which probability on two records that are alike are one person; Muster's own where not given."""

    join_from: Annotated[float, Field(ge=0.5, lt=1.0)] | None = None


class StoreConfig(_Section):
    """Where decisions are kept: a SQLite file in the workspace, or a PostgreSQL database by its address."""

    url: str | None = None


class SignOnConfig(_Section):
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


class ServeConfig(_Section):
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


class SmtpConfig(_Section):
    """The server that takes our mail; its password is in the environment, under the name `password_env`."""

    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str | None = None
    password_env: str | None = None
    sender: Annotated[str, Field(alias="from")]
    ca_file: str | None = None


class SlackConfig(_Section):
    """A Slack app's bot, for messages to people and channels; its token is in the environment."""

    token_env: str = "MUSTER_SLACK_TOKEN"  # noqa: S105  a name, not a secret
    api_url: str = "https://slack.com/api/"


class MessagesConfig(_Section):
    """Who is told of what happened, and by which ways."""

    days_back: Annotated[int, Field(ge=1, le=90)] = 7
    stale_after_days: Annotated[int, Field(ge=1)] = 3
    keep_days: Annotated[int, Field(ge=1)] = 90
    inward_hosts: tuple[str, ...] = ()
    smtp: SmtpConfig | None = None
    slack: SlackConfig | None = None


class RetentionConfig(_Section):
    """How long is kept what runs leave behind: without a number of days, for good. Every run ends with it.

    `run_before` keeps the tables of the run before until the next one. `set_aside_days`: the text of rows
    set aside, by when their file was last changed. `logs_days`: what the logs of runs say. How long the texts
    of messages are kept says `messages.keep_days`.
    """

    run_before: bool = True
    set_aside_days: Annotated[int, Field(ge=1)] | None = None
    logs_days: Annotated[int, Field(ge=1)] | None = None


class Config(_Section):
    """The whole of muster.toml."""

    company: Company
    source: tuple[SourceConfig, ...] = ()
    engine: EngineConfig = EngineConfig()
    people: PeopleConfig = PeopleConfig()
    store: StoreConfig = StoreConfig()
    serve: ServeConfig = ServeConfig()
    messages: MessagesConfig = MessagesConfig()
    retention: RetentionConfig = RetentionConfig()


def read_config(workspace: Path, *, environment: Mapping[str, str] | None = None) -> Config:
    """Read `muster.toml` of a workspace; `${NAME}` in values comes from the environment.

    Raises WrongUse when the folder is no workspace, ConfigError (naming key and line) otherwise.
    """
    path = workspace / FILE
    if not path.is_file():
        raise WrongUse(
            f"{workspace} is no Muster workspace: it has no {FILE}.",
            remedy="Make one with: muster init, or name one with -w DIR.",
        )
    text = path.read_text("utf-8-sig")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(error, text) from error
    raw = _expand(raw, os.environ if environment is None else environment, text=text)
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigError("\n".join(_complaint(e, text, raw) for e in _telling(error))) from error
    names = [source.name for source in config.source]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f'{FILE}: two sources are called "{name}".', remedy="Rename one.")
    return _with_decisions(config, workspace)


def _with_decisions(config: Config, workspace: Path) -> Config:
    """The settings with people's decisions as further sources, unless one reads them already."""
    own = []
    for name, place in (("older-decisions", OLDER_DECISIONS), ("people-decisions", DECISIONS)):
        path = workspace / place
        read = {(workspace / s.path).resolve() for s in config.source}
        if not path.is_file() or path.resolve() in read:
            continue
        columns = ["decision_id", "kind", "subject_id", "other_id", "reason", "decided_by", "decided_at"]
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            there = stream.readline().strip().split(",")
            columns += [name for name in ("value", "about_at") if name in there]  # older files have neither
        own.append(
            SourceConfig(
                name=name,
                kind="table",
                path=place,
                table="decision",
                columns={column: column for column in columns},
                encoding="utf-8",
                delimiter=",",
            )
        )
    return config.model_copy(update={"source": (*config.source, *own)}) if own else config


def _expand(value: Any, environment: Mapping[str, str], *, text: str) -> Any:
    if isinstance(value, dict):
        return {k: _expand(v, environment, text=text) for k, v in value.items()}
    if isinstance(value, list):
        return [_expand(v, environment, text=text) for v in value]
    if not isinstance(value, str):
        return value

    def lookup(match: re.Match[str]) -> str:
        if match[1] in environment:
            return environment[match[1]]
        line = _line_of(match[0], text)
        raise ConfigError(
            f"{FILE}, line {line}: the environment has no variable {match[1]}.",
            remedy=f"Set it first, as in: {match[1]}=/path/to/data muster run",
        )

    return _VARIABLE.sub(lookup, value)


def _line_of(needle: str, text: str) -> int:
    return text[: max(text.find(needle), 0)].count("\n") + 1


def _telling(error: ValidationError) -> list[Any]:
    """The errors without those of the other way a column could have been mapped, as text or as a table."""
    kept = [
        e
        for e in error.errors()
        if not (e["loc"][-1] == "str" and isinstance(e["input"], dict))
        and not (e["loc"][-1] == "ColumnMap" and not isinstance(e["input"], dict))
    ]
    return kept or list(error.errors())


def _no_toml(error: tomllib.TOMLDecodeError, text: str) -> ConfigError:
    """What is not TOML, in its line and source, with the two commonest reasons."""
    found = re.search(r"line (\d+)", str(error))
    number = int(found[1]) if found else text.count("\n") + 1
    line = (text.splitlines() or [""])[min(number, text.count("\n") + 1) - 1 :][:1]
    named = _source_at(number, text)
    where = f", in source {named}" if named else ""
    shown = f"\n    {line[0].strip()}" if line and line[0].strip() else ""
    remedy = "Texts stand in quotes, keys with dots or spaces too."
    if line and "\\" in line[0]:
        remedy = "Write paths with / or in single quotes: a backslash in double quotes means something else."
    return ConfigError(f"{FILE}, line {number}{where}, is not valid TOML: {error}.{shown}", remedy=remedy)


def _source_at(number: int, text: str) -> str:
    """The name of the [[source]] in which a line stands, as it is written; empty outside of any."""
    starts = _source_starts(text)
    above = [start for start in starts if text[:start].count("\n") < number]
    if not above:
        return ""
    below = min((start for start in starts if start > above[-1]), default=len(text))
    name = re.search(r"^\s*name\s*=\s*(.+?)\s*(#.*)?$", text[above[-1] : below], re.MULTILINE)
    return name[1] if name else f"{len(above)}"


def _source_starts(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"^[ \t]*\[\[\s*source\s*\]\]", text, re.MULTILINE)]


def _complaint(error: Any, text: str, raw: Mapping[str, Any]) -> str:
    """One pydantic error in the words of the file: source, key, line, nearest right key."""
    place = [part for part in error["loc"] if part not in {"str", "ColumnMap"}]
    begin, end, source = 0, len(text), ""
    match place:
        case ["source", int(number), *rest]:
            starts = [*_source_starts(text), len(text)]
            if number + 1 < len(starts):
                begin, end = starts[number], starts[number + 1]
            given = raw["source"][number]
            named = given.get("name") if isinstance(given, dict) else None
            source = f' source "{named}":' if isinstance(named, str) else f" source {number + 1}:"
            place = rest or ["source"]
    key = str(next((part for part in reversed(place) if isinstance(part, str)), "muster.toml"))
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
    line = text[:begin].count("\n") + _line_of_key(key, text[begin:end])
    where = f"{FILE}, line {line}:{source}"
    if error["type"] == "missing":
        return f"{where if source else f'{FILE}:'} the key {name} is missing."
    if error["type"] == "extra_forbidden":
        near = difflib.get_close_matches(key, _known_keys(), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        return f"{where} there is no key {name}.{hint}"
    return f"{where} {name} = {error['input']!r} is wrong: {error['msg']}."


def _line_of_key(key: str, text: str) -> int:
    """The line that gives a key, counted from 1; the first where none does."""
    pattern = re.compile(rf'^\s*(\[+)?\s*"?(\w+\.)*{re.escape(key)}"?\s*(=|\])', re.MULTILINE)
    match = pattern.search(text)
    if match is None:  # inside { ... }
        match = re.search(rf'[{{,]\s*"?()()({re.escape(key)})"?\s*=', text)
    return text[: match.start(3)].count("\n") + 1 if match else 1


def _known_keys() -> list[str]:
    models: tuple[type[BaseModel], ...] = (
        Config,
        Company,
        SourceConfig,
        ColumnMap,
        EngineConfig,
        PeopleConfig,
        MessagesConfig,
        SmtpConfig,
        SlackConfig,
        RetentionConfig,
    )
    return sorted({field.alias or key for model in models for key, field in model.model_fields.items()})

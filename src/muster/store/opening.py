"""Open the store of a workspace: a SQLite file beside its tables, or the database that muster.toml names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as Alembic
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from muster.config.settings import SQLITE_STORE, StoreConfig
from muster.problems import MissingExtra, StoreBusy, WrongUse

_WAIT = 10  # seconds a writer waits for another
_WRITERS = 0x6D7573746572  # "muster": the lock that writers pass on to each other on PostgreSQL


@dataclass(frozen=True, slots=True)
class Store:
    """An open store, of the version that this Muster writes."""

    engine: sa.Engine
    _writer: RLock = field(default_factory=RLock, repr=False, compare=False)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one state of the store. Raises StoreBusy."""
        with _or_busy(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction: all of it, or nothing where the block ends with an error.

        Writers follow each other, so what one has read still holds when it writes. Those of one process
        queue here: SQLite lets them try again until one is late, and fifty who sign in at once were.
        Raises StoreBusy where another process held it all the while: nothing is written then.
        """
        with (
            _or_busy(),
            self._writer,
            self.engine.execution_options(writes=True).connect() as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_store(workspace: Path, config: StoreConfig) -> Store | None:
    """The store of a workspace, or None where nothing was ever kept in one.

    Raises WrongUse where its version is not this Muster's.
    """
    if config.url is None and not (workspace / SQLITE_STORE).is_file():
        return None
    store = Store(_engine(workspace, config))
    there, newest = version(store), _scripts().get_current_head()
    if there is None and config.url is not None:
        return None
    if there != newest:
        known = {script.revision for script in _scripts().walk_revisions()}
        if there is not None and there not in known:
            raise WrongUse(
                f"The store is of version {there}, which this Muster does not know: a newer one wrote it.",
                remedy="Install that version of Muster, or a later one.",
            )
        raise WrongUse(
            f"The store is of version {there or 'none'}, this Muster writes version {newest}.",
            remedy="Bring it up to date, once: muster upgrade",
        )
    return store


def upgrade(workspace: Path, config: StoreConfig, *, to: str = "head") -> tuple[Store, str | None, str]:
    """Bring a store to the newest version, or make it: the store, its version before and after.

    Killed at any instant it leaves the version before or the new one; run again, it does what is left.
    """
    store = Store(_engine(workspace, config))
    before = version(store)
    with store.writing() as connection:
        settings = Alembic()
        settings.set_main_option("script_location", str(_folder()).replace("%", "%%"))
        settings.attributes["connection"] = connection
        command.upgrade(settings, to)
    after = version(store)
    assert after is not None
    return store, before, after


def open_or_make(workspace: Path, config: StoreConfig) -> Store:
    """The store of a workspace, made where there is none yet."""
    return open_store(workspace, config) or upgrade(workspace, config)[0]


def version(store: Store) -> str | None:
    """The version of a store; None where its tables were never made."""
    try:
        with store.reading() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    except sa.exc.OperationalError as error:
        place = store.engine.url.render_as_string(hide_password=True)
        raise WrongUse(
            f"The store at {place} does not open: {str(error.orig).strip()}.",
            remedy="See that the database runs and that store.url in muster.toml is right.",
        ) from error


@contextmanager
def _or_busy() -> Iterator[None]:
    """Say of a lock that was waited for in vain, or a connection that broke, that it may be tried again."""
    try:
        yield
    except sa.exc.OperationalError as error:
        if error.connection_invalidated or "is locked" in str(error.orig):
            raise StoreBusy(
                "What people decide could not be read or written just now: its store did not answer in time.",
                remedy="Try again in a moment.",
            ) from error
        raise


def _engine(workspace: Path, config: StoreConfig) -> sa.Engine:
    if config.url is None:
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(workspace / SQLITE_STORE)))
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        url = sa.make_url(config.url)
    except sa.exc.ArgumentError:
        raise WrongUse(
            "store.url in muster.toml is no address of a database.",
            remedy='Write it as "postgresql://user@host/name".',
        ) from None
    if url.get_backend_name() != "postgresql":
        raise WrongUse(
            f"store.url names a {url.get_backend_name()} database; the store knows PostgreSQL.",
            remedy='Write "postgresql://user@host/name", or leave it out: the store is then a SQLite file.',
        )
    try:
        return sa.create_engine(url.set(drivername="postgresql+psycopg"))
    except ModuleNotFoundError as error:
        raise MissingExtra("postgresql", needed_for="A store on PostgreSQL") from error


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """What makes SQLite keep every answered write across a crash, and readers never wait."""
    connection.isolation_level = None  # `begin` says how a transaction begins, not the driver
    wait = f"busy_timeout = {_WAIT * 1000}"
    for setting in (wait, "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: sa.Connection) -> None:
    writes: Any = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _folder() -> Path:
    return Path(str(files("muster.store").joinpath("migrations")))


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_folder()))

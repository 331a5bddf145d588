"""Every test of the store runs on SQLite, and on PostgreSQL where there is a server to start."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from muster.config.settings import StoreConfig


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of this session's own, reached by a socket; skipped by name where there is none."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    found = shutil.which("initdb") or (str(programs[-1]) if programs else None)
    if found is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    pytest.importorskip("psycopg", reason="the extra [postgresql] is not installed")
    programs_in = Path(found).parent
    # Not in pytest's own folder, which no other user may enter: PostgreSQL refuses to run as root.
    with tempfile.TemporaryDirectory(prefix="muster-pg-") as name:
        folder, as_user = Path(name), []
        if os.getuid() == 0:
            shutil.chown(folder, "nobody")
            as_user = ["runuser", "-u", "nobody", "--"]

        def run(program: str, *arguments: object) -> None:
            command = [*as_user, programs_in / program, "-D", folder / "data", *arguments]
            subprocess.run(command, check=True, capture_output=True, cwd=folder)

        run("initdb", "-U", "muster", "-A", "trust", "--no-sync")
        # Nobody pulls its plug, so that it need not wait for the disk.
        options = f"-c fsync=off -c listen_addresses= -c unix_socket_directories={folder}"
        run("pg_ctl", "-w", "-l", folder / "log", "-o", options, "start")
        yield f"postgresql://muster@/{{name}}?host={folder}"
        run("pg_ctl", "-w", "-m", "immediate", "stop")


@pytest.fixture(params=["sqlite", "postgresql"])
def kept_in(request: pytest.FixtureRequest) -> StoreConfig:
    """Where the store is: a SQLite file, or an empty PostgreSQL database."""
    if request.param == "sqlite":
        return StoreConfig()
    url: str = request.getfixturevalue("postgresql")
    import psycopg  # noqa: PLC0415 - only where the fixture found it

    name = f"store_{uuid.uuid4().hex}"
    with psycopg.connect(url.format(name="postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return StoreConfig(url=url.format(name=name))

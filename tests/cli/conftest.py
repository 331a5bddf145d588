from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.built_once import built_once
from typer.testing import CliRunner, Result

from muster.cli.app import app
from muster.testing import account, company, contact, engaged, opportunity

Run = Callable[..., Result]


@pytest.fixture
def muster() -> Run:
    """Run a command inside this process."""

    def run(*arguments: object, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(a) for a in arguments], input=stdin, prog_name="muster")

    return run


@pytest.fixture
def shell() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command as a process of its own, in a folder."""

    def run(*arguments: object, **choices: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*MUSTER, *map(str, arguments)],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            **choices,  # type: ignore[call-overload]
        )

    return run


MUSTER = [sys.executable, "-c", "from muster.cli import main; main()"]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company with tables; tests read it and leave it as it is."""
    folder = tmp_path_factory.mktemp("built") / "acme"
    company(
        folder,
        account("Acme"),
        contact("ana@acme.example", title="Data Engineer", account_record_id="acme"),
        contact("vera@acme.example", title="VP Data", account_record_id="acme"),
        engaged("2025-03-03 09:00", "ana@acme.example", "webinar_attended"),
        engaged("2025-03-04 09:00", "vera@acme.example", "pricing_viewed"),
        engaged("2025-03-05 09:00", "vera@acme.example", "demo_requested"),
        opportunity("2025-03-10 09:00", "o1", account="acme", amount="1234.56", won="2025-05-01 00:00"),
        engaged("2025-06-02 09:00", "ana@acme.example", "webinar_attended"),
    )
    return folder


@pytest.fixture
def acme(built: Path, tmp_path: Path) -> Path:
    """A copy of the small company that a test may change."""
    return Path(shutil.copytree(built, tmp_path / "acme", symlinks=True))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled company with its tables, built once by the command itself."""

    def build(folder: Path) -> None:
        ended = CliRunner().invoke(app, ["demo", "--folder", str(folder), "--build-only"], prog_name="muster")
        assert ended.exit_code == 0, ended.output

    return built_once(tmp_path_factory, "demo", build)


@pytest.fixture
def halden(demo: Path, tmp_path: Path) -> Path:
    """A copy of the bundled company that a test may change."""
    return Path(shutil.copytree(demo, tmp_path / "halden", symlinks=True))


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No colours and no widths that the machine of the tests happens to ask for."""
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "TERMINAL_WIDTH", "CLICOLOR_FORCE"):
        monkeypatch.delenv(name, raising=False)

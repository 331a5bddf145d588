"""The bundled company of `muster demo`: Halden Analytics, generated, with its stories in STORY.md."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

from muster.problems import WrongUse

_FIRST_LINE = "# The bundled company of `muster demo`"


def copy_company(to: Path) -> Path:
    """Copy the bundled company (exports, muster.toml, rules) into a new workspace folder.

    A folder that already holds the demo is refreshed, and what was built there stays; any other
    folder that is not empty is left alone. Raises WrongUse then.

    >>> copy_company(Path("halden"))  # doctest: +SKIP
    PosixPath('halden')
    """
    if to.exists() and not _may_be_written(to):
        raise WrongUse(
            f"{to} is not empty and holds no demo.",
            remedy="Name a new folder, as in: muster demo -w muster-demo",
        )
    with as_file(files("muster.demo").joinpath("company")) as company:
        copytree(company, to, dirs_exist_ok=True)
    return to


def _may_be_written(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    config = folder / "muster.toml"
    if config.is_file():
        return config.read_text("utf-8", errors="replace").startswith(_FIRST_LINE)
    return not any(folder.iterdir())

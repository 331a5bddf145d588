"""The bundled company of `muster demo`: Halden Analytics, generated, with its stories in STORY.md."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

from muster.problems import WrongUse

_FIRST_LINE = "# The bundled company of `muster demo`"


def copy_company(to: Path) -> Path:
    """Copy the bundled company (exports, muster.toml, rules) into a new workspace folder.

    A folder that already holds the demo is refreshed: its exports are, while muster.toml and the rules
    stay as they are there, and so does what was built. Any other folder that is not empty is left
    alone. Raises WrongUse then.

    >>> copy_company(Path("halden"))  # doctest: +SKIP
    PosixPath('halden')
    """
    if to.exists() and not _may_be_written(to):
        raise WrongUse(
            f"{to} is not empty and holds no demo.",
            remedy="Name a new folder, as in: muster demo -w muster-demo",
        )
    with as_file(files("muster.demo").joinpath("company")) as company:
        mine = set(settings(to))
        copytree(
            company,
            to,
            dirs_exist_ok=True,
            ignore=lambda folder, names: [
                name for name in names if to / (Path(folder) / name).relative_to(company) in mine
            ],
        )
    return to


def settings(folder: Path) -> list[Path]:
    """What a person edits in a workspace, of the files that are there: muster.toml and the rules."""
    return [
        file for file in (folder / "muster.toml", *sorted((folder / "rules").glob("*.csv"))) if file.is_file()
    ]


def edited(folder: Path) -> list[Path]:
    """The settings of a demo's folder that are not as they were bundled."""
    bundled = files("muster.demo").joinpath("company")
    found = []
    for file in settings(folder):
        ours = bundled.joinpath(*file.relative_to(folder).parts)
        if not ours.is_file() or ours.read_bytes() != file.read_bytes():
            found.append(file)
    return found


def _may_be_written(folder: Path) -> bool:
    if not folder.is_dir():
        return False
    config = folder / "muster.toml"
    if config.is_file():
        return config.read_text("utf-8", errors="replace").startswith(_FIRST_LINE)
    return not any(folder.iterdir())

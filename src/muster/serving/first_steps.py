"""A workspace's first steps: name an export in muster.toml, and look at what can be read of it.

The look is `muster check` in a process of its own, as a run is: large exports take a while.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from muster.config.reading import read_config
from muster.config.settings import FILE, SourceConfig
from muster.engine.lock import HOME
from muster.problems import WrongUse
from muster.serving.background import begin, work
from muster.sources.files import find_files
from muster.sources.offered import files_of, guessed, holdings, unreadable_files
from muster.sources.rows import ReadingChoices
from muster.sources.salesforce import object_of
from muster.sources.wording import listed

_LOOKED = Path(HOME, "log", "first-look.json")
_LOOK = "look"


def add_export(workspace: Path, *, name: str, path: str, solution_field: str, mql_field: str) -> None:
    """Name a CRM export in muster.toml, in the shape of Salesforce's objects; the caller holds the workspace.

    Raises WrongUse where there is nothing at the path, ConfigError where a name is taken or no name; the
    file is then as it was.
    """
    place = (workspace / path).expanduser()
    if not path.strip() or not place.exists():
        raise WrongUse(
            f"There is nothing at {path or 'an empty path'} on the machine that serves this page.",
            remedy="Write the folder, .zip or .gz of exports as that machine knows it, from the root.",
            field="path",
        )
    fields = {"opportunity.solution_id": solution_field, "lead_status_change.mql": mql_field}
    lines = ["", "[[source]]", f"name = {_quoted(name)}", 'kind = "salesforce"', f"path = {_quoted(path)}"]
    given = [f"{_quoted(column)} = {_quoted(field)}" for column, field in fields.items() if field.strip()]
    lines += ["[source.fields]", *given] if given else []
    _append(workspace, lines)


def add_table(workspace: Path, *, name: str, path: str, table: str) -> None:
    """Name a table in muster.toml, its columns guessed by their names; the caller holds the workspace.

    Raises WrongUse where there is no such table to be read into, ConfigError where a name is taken.
    """
    if table not in holdings():
        raise WrongUse(f"No file is read as {table[:40]}.", remedy="Choose what is in it.", field="holds")
    source = SourceConfig(name=name, kind="table", path=path, table=table)
    found = files_of(source, workspace)
    columns = guessed(table, list(found[0].samples) if found else [])
    lines = ["", "[[source]]", f"name = {_quoted(name)}", 'kind = "table"', f"path = {_quoted(path)}"]
    lines += [f"table = {_quoted(table)}", "[source.columns]"]
    _append(workspace, [*lines, *(f"{field} = {_quoted(column)}" for field, column in columns.items())])


def _append(workspace: Path, lines: list[str]) -> None:
    """Add lines to muster.toml. Raises ConfigError; the file is then as it was."""
    file = workspace / FILE
    before = file.read_text("utf-8")
    try:
        file.write_text(before.rstrip() + "\n" + "\n".join(lines) + "\n", "utf-8")
        read_config(workspace)
    except BaseException:
        file.write_text(before, "utf-8")
        raise


def check_holds_objects(folder: Path) -> None:
    """Refuse an export in which no file is called as an object is: it would stop every run, and stay.

    Raises WrongUse. What lies broken in it is not judged here: the look says what is wrong with it.
    """
    found = find_files(folder, source=folder.name)
    if found.broken or not found.files or any(object_of(file.stem) for file in found.files):
        return
    raise WrongUse(
        f"No file is called as a CRM's object is: {listed([file.name for file in found.files])}.",
        remedy="Name each after its object, as in Account.csv, Contact.csv, Lead.csv, Opportunity.csv. Of "
        "web, e-mail, event or spend records choose what is in it: their columns are asked for then.",
        field="files",
    )


def check_readable(folder: Path, choices: ReadingChoices, *, replacing: Path | None) -> None:
    """Refuse an upload with a file that nothing can be read of, before it takes the place of a good one.

    `replacing` is the folder where a CRM's files lie: of a CRM an object may have no rows, so that its file
    is empty, but no such file takes the place of another. Raises WrongUse.
    """
    found = find_files(folder, source=folder.name)
    names = [file.name for file in found.files] if replacing is not None and len(found.files) > 1 else []
    empty = [name for name in names if replacing is not None and not (replacing / name).exists()]
    unread = unreadable_files(found, choices, may_be_empty=empty)
    if unread:
        name, why = unread[0]
        raise WrongUse(f"{name}: {why}", remedy="Nothing was taken of this upload.", field="files")


def begin_look(workspace: Path) -> None:
    """Begin `muster check`; `looked` tells what it found once it has ended."""
    file = workspace / _LOOKED
    file.parent.mkdir(parents=True, exist_ok=True)
    begin(workspace, _LOOK, ["check", "--json"], told_in=file)


def forget_look(workspace: Path) -> None:
    """Nobody has looked, then: nothing is left to look at."""
    (workspace / _LOOKED).unlink(missing_ok=True)


def looked(workspace: Path) -> tuple[str, dict[str, Any]]:
    """Where the look is (`never`, `going`, `failed` or `done`), and what it found.

    Of a failed one `said` holds the reason.
    """
    look = work(workspace, _LOOK)
    if look.is_running:
        return "going", {}
    try:
        return "done", json.loads((workspace / _LOOKED).read_text("utf-8"))
    except FileNotFoundError:
        return "never", {}
    except ValueError:
        return "failed", {"said": look.said[-1000:]}


def _quoted(text: str) -> str:
    """A text as TOML has it: JSON's escapes are among those of TOML's basic strings."""
    return json.dumps(text.strip(), ensure_ascii=False)

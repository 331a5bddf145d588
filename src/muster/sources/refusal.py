"""What stops a run before it builds anything: a file that is lost whole, a source that holds nothing.

Rows that cannot be read are set aside, and a run goes on without them. A whole file is another
matter: tables without all accounts, or without anything, must not come into force over good ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from muster.config.settings import SourceConfig
from muster.problems import Problem, UserDataError
from muster.sources.files import Found
from muster.sources.ledger import LedgerRow
from muster.sources.stage import StagedFile
from muster.sources.wording import listed

_OBJECTS = "Account.csv, Contact.csv, Lead.csv, Opportunity.csv"
_CORE = frozenset({"account_record", "person_record", "opportunity"})
_SHOWN = 10


def empty_source(source: SourceConfig, found: Found, staged: Sequence[StagedFile]) -> Problem | None:
    """Why nothing of a source can be read, where no file of its own says so; None when something can."""
    if found.broken or any(file.shape is not None or file.is_unreadable for file in staged):
        return None
    crm = source.kind == "salesforce"
    if not found.files:
        reason = "there is no file to read at its path"
        remedy = f"Export into it{f' one file an object ({_OBJECTS} ...)' if crm else ''}, or correct `path`."
    elif any(problem.column for file in staged for problem in file.problems):
        return None  # each file says which column it lacks
    else:
        reason = f"none of its files is an object that Muster reads: {listed([f.name for f in found.files])}"
        remedy = f"Name each file after its object ({_OBJECTS} ...), or correct `path`."
    return Problem("error", source.name, "", reason, remedy)


def lost(problems: Iterable[Problem], staged: Sequence[StagedFile]) -> list[Problem]:
    """The problems that stop a run: of sources, of archives, of files that are damaged or carry all else.

    Another file of which nothing can land, such as tasks without an id, is set aside whole and told,
    as long as its source has more to give.
    """
    gone = [file for file in staged if file.typed is None]
    giving = {file.place.source for file in staged if file.typed is not None}
    of_files = [
        problem
        for file in gone
        if file.is_unreadable
        or file.place.source not in giving
        or (file.shape is not None and file.shape.table in _CORE)
        for problem in file.problems
    ]
    return [problem for problem in (*problems, *of_files) if problem.severity == "error"]


def nothing_landed(ledger: Iterable[LedgerRow]) -> Problem | None:
    """A load that gives the flow nothing at all."""
    if any(row.rows_landed for row in ledger):
        return None
    remedy = "Look at the paths in muster.toml, and at what was set aside."
    return Problem("error", "", "", "no row of any source could be used", remedy)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise UserDataError naming each file and what to do with it, when there is something to name."""
    if not problems:
        return
    told = []
    for problem in problems[:_SHOWN]:
        place = "/".join(part for part in (problem.source, problem.file) if part)
        told.append(f"  {place}{': ' if place else ''}{problem.reason.rstrip('.')}. {problem.remedy}")
    if len(problems) > _SHOWN:
        told.append(f"  and {len(problems) - _SHOWN} more")
    raise UserDataError(
        "\n".join(["Nothing was built, for whole files or sources would be missing:", *told]),
        remedy="Tables published before stay in force. A file that is not needed can be moved elsewhere.",
    )

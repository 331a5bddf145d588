"""What a run does about silent strangers, and the key by which each keeps one stand-in from run to run.

acme/strangers.key    made by the first run whose rules ask for it; without it stand-ins are others
"""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import replace
from pathlib import Path

from muster.config.settings import Company
from muster.readings.strangers import find_silent, leave_unnamed
from muster.rules.read import Rules
from muster.rules.retention import stranger_days
from muster.sources.issues import Place
from muster.sources.ledger import group_problems, write_problems
from muster.sources.load import Loaded
from muster.sources.wording import ROW

KEY = "strangers.key"


def unname_strangers(
    workspace: Path, records: Path, loaded: Loaded, rules: Rules, company: Company, *, at: int
) -> Loaded:
    """Take the names of silent strangers out of what was loaded, by the rule in force at `at` (microseconds).

    Each file that held some gets a note among the problems. Killed midway, nothing is in force yet.
    """
    days = stranger_days(rules, at)
    if days is None:
        return loaded
    silent = find_silent(records, rules, company, days=days, at=at)
    changed = leave_unnamed(records, silent, read_key(workspace))
    if not changed:
        return loaded
    notes = [
        Place(source, file).problem(ROW["silent"], row=first, count=count)
        for (source, file), (count, first) in changed.items()
    ]
    told = group_problems([*loaded.problems, *notes])
    write_problems(told, records / "problem.parquet")
    return replace(loaded, problems=told)


def key_hash(workspace: Path) -> dict[str, str]:
    """A fingerprint of the key, as an input of a run; none where no run needed one yet."""
    file = workspace / KEY
    return {KEY: hashlib.sha256(file.read_bytes()).hexdigest()} if file.is_file() else {}


def read_key(workspace: Path) -> bytes:
    """The key of a workspace, made where there is none."""
    file = workspace / KEY
    if not file.is_file():
        draft = file.with_name(f".{KEY}.new")
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(file)
    return file.read_bytes().strip()

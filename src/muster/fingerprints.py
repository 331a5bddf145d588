"""What a run was made from: fingerprints of the code, the workspace's own SQL and every file read."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from pathlib import Path

from muster.config.settings import Config
from muster.engine.queries import Query
from muster.problems import RuleError
from muster.readings.unnamed import key_hash
from muster.sources.suppression import LIST, read_suppression

# What else decides tables: the match weights, nicknames, legal forms, the shape of exports. The rules have
# a version of their own.
_DATA_FOLDERS = ("canonical", "identity", "readings", "sources")
_DATA_KINDS = frozenset({".toml", ".csv", ".txt", ".bin"})


def code_hash(queries: Iterable[Query]) -> str:
    """A fingerprint of every SQL file of the flow and of the data it ships: the same make the same tables."""
    texts = {query.name: query.sql for query in queries}
    return hashlib.sha256(json.dumps([texts, data_hashes()], sort_keys=True).encode()).hexdigest()


@cache
def data_hashes() -> dict[str, str]:
    """A fingerprint of every file of data that Muster ships and learns from, by its path in the package."""
    home = Path(str(files("muster")))
    found = [path for folder in _DATA_FOLDERS for path in (home / folder).rglob("*")]
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(found)
        if path.suffix in _DATA_KINDS
    }


def override_hashes(workspace: Path, queries: Iterable[Query]) -> dict[str, str]:
    """A fingerprint of each of the workspace's own SQL files.

    Raises RuleError for one that replaces nothing.
    """
    replaceable = {query.name for query in queries if query.sql}
    hashes = {}
    for file in sorted((workspace / "overrides").glob("*.sql")):
        if file.stem not in replaceable:
            near = difflib.get_close_matches(file.stem, replaceable, n=1)
            hint = f"Did you mean {near[0]}.sql?" if near else "Name it for the table it makes."
            raise RuleError(f"overrides/{file.name} replaces no table that SQL makes.", remedy=hint)
        hashes[f"overrides/{file.name}"] = hashlib.sha256(file.read_bytes()).hexdigest()
    return hashes


def input_hashes(workspace: Path, config: Config) -> dict[str, str]:
    """A fingerprint of every file of every source, by source and path inside it; and what is joined."""
    hashes = {}
    for source in config.source:
        root = workspace / source.path
        found = sorted(p for p in root.rglob("*") if p.is_file()) if root.is_dir() else [root]
        for file in found:
            if file.is_file():
                name = file.name if file == root else file.relative_to(root).as_posix()
                with file.open("rb") as stream:
                    hashes[f"{source.name}/{name}"] = hashlib.file_digest(stream, "sha256").hexdigest()
    erased = read_suppression(workspace)
    if erased is not None:
        hashes[LIST] = erased.digest()
    hashes |= key_hash(workspace)
    if config.people.join_from is not None:
        hashes["muster.toml/people.join_from"] = str(config.people.join_from)
    return hashes

"""Which solution a text names: the rules first, then any name that the records use themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyarrow as pa

_NOT_WORD = re.compile(r"[\W_]+")


def slug(name: str) -> str:
    """`Data Platform` -> `data-platform`."""
    return _NOT_WORD.sub("-", name.strip().lower()).strip("-")


class SolutionReader:
    """Finds solutions in texts; `named` are the texts that records give as a solution outright."""

    def __init__(self, rows: Iterable[Mapping[str, object]], named: Iterable[str]) -> None:
        self._exact: dict[str, str] = {}
        phrases: dict[str, str] = {}
        for row in rows:
            solution_id, name, pattern = (str(row[c]) for c in ("solution_id", "name", "pattern"))
            for text in {solution_id, name} - {""}:
                self._exact[slug(text)] = solution_id
            for text in (solution_id, name, *pattern.split("|")):
                if text:
                    phrases[slug(text)] = solution_id
        self.has_rules = bool(self._exact)
        for text in named:
            key = slug(text)
            if key and key not in self._exact and not self._by_phrase(key, phrases):
                self._exact[key] = key
                phrases.setdefault(key, key)
        self._phrases = phrases

    @property
    def solutions(self) -> list[str]:
        """Every solution known, in order."""
        return sorted(set(self._exact.values()))

    def named(self, text: str) -> str | None:
        """The solution a record names outright."""
        key = slug(text)
        return self._exact.get(key) or self._by_phrase(key, self._phrases)

    def mentioned(self, text: str) -> str | None:
        """The one solution a name mentions; None when it mentions none, or several."""
        return self._by_phrase(slug(text), self._phrases)

    @staticmethod
    def _by_phrase(key: str, phrases: Mapping[str, str]) -> str | None:
        padded = f"-{key}-"
        found = {solution for phrase, solution in phrases.items() if f"-{phrase}-" in padded}
        return found.pop() if len(found) == 1 else None


def read_solutions(named: Iterable[str], mentioned: Iterable[str], reader: SolutionReader) -> pa.Table:
    """`reading_solution`: said, solution_id; only texts that tell one."""
    read = {text: reader.mentioned(text) for text in mentioned}
    read |= {text: reader.named(text) for text in named}
    rows = sorted((said, solution) for said, solution in read.items() if solution)
    return pa.table(
        {
            "said": pa.array([r[0] for r in rows], pa.string()),
            "solution_id": pa.array([r[1] for r in rows], pa.string()),
        }
    )


def only_solution(reader: SolutionReader) -> pa.Table:
    """`only_solution`, one row: what everything is about where a company sells one thing, else null.

    It sells one thing where the rules name one solution, or where neither rules nor records name any.
    """
    known = reader.solutions
    only = known[0] if reader.has_rules and len(known) == 1 else None if known else "unspecified"
    return pa.table({"solution_id": pa.array([only], pa.string())})

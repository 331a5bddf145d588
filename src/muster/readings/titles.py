"""The function and seniority a job title shows, by the words of rules/titles.csv."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import pyarrow as pa

# From the shop floor to the board; a share is upward when its reader stands higher.
SENIORITIES = ("unknown", "individual", "manager", "director", "vp", "c_level")
_NOISE = re.compile(r"[^\w&]+")
_DOTS = re.compile(r"(?<=\b\w)\.(?=\w\b)")  # v.p. -> vp
# "Assistant to the CFO" works for somebody senior and is not.
_ASSISTANT = re.compile(r"^(executive |personal )?(assistant|asst)\b")


class TitleReader:
    """Reads titles with one pattern per kind of word; the first word in the rules wins a tie."""

    def __init__(self, rows: Iterable[Mapping[str, object]]) -> None:
        self._words: dict[str, dict[str, tuple[int, str]]] = {"seniority": {}, "function": {}}
        for position, row in enumerate(rows):
            self._words[str(row["kind"])][str(row["word"]).lower()] = (position, str(row["meaning"]))
        self._patterns = {kind: self._pattern(words) for kind, words in self._words.items()}

    @staticmethod
    def _pattern(words: Iterable[str]) -> re.Pattern[str]:
        longest_first = sorted(words, key=lambda w: (-len(w), w))
        return re.compile(r"(?<!\w)(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")

    def read(self, title: str) -> tuple[str, str]:
        """(function, seniority); `unknown` where no word says.

        >>> rows = [{"kind": "seniority", "word": "vp", "meaning": "vp"},
        ...         {"kind": "function", "word": "finance", "meaning": "finance"}]
        >>> TitleReader(rows).read("V.P., Finance")
        ('finance', 'vp')
        """
        text = _NOISE.sub(" ", _DOTS.sub("", title.lower())).strip()
        seniority = "individual" if _ASSISTANT.match(text) else self._first(text, "seniority")
        return self._first(text, "function"), seniority

    def _first(self, text: str, kind: str) -> str:
        words = self._words[kind]
        found = [words[match] for match in self._patterns[kind].findall(text)] if words else []
        return min(found)[1] if found else "unknown"


def read_titles(titles: Iterable[str], rows: Iterable[Mapping[str, object]]) -> pa.Table:
    """`reading_title`: title, function, seniority, seniority_rank (0 unknown to 5 c_level)."""
    reader = TitleReader(rows)
    read = [(title, *reader.read(title)) for title in titles]
    ranks = [SENIORITIES.index(seniority) if seniority in SENIORITIES else 0 for _, _, seniority in read]
    return pa.table(
        {
            "title": pa.array([r[0] for r in read], pa.string()),
            "function": pa.array([r[1] for r in read], pa.string()),
            "seniority": pa.array([r[2] for r in read], pa.string()),
            "seniority_rank": pa.array(ranks, pa.int64()),
        }
    )

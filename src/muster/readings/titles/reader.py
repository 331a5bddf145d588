"""Reads a title by the words of rules/titles.csv and by how titles are built."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from muster.readings.titles.lexicon import Found, Lexicon
from muster.readings.titles.words import parts

# From the shop floor to the board; a share is upward when its reader stands higher.
SENIORITIES = ("unknown", "individual", "manager", "director", "vp", "c_level")
UNKNOWN = "unknown"
_NO_FUNCTION = "other"  # words that look like a function and are none: security guard
_TURNS = ("past", "aide", "office", "deputy")  # words that turn what the others say; few titles have one
_KINDS = ("seniority", "function", *_TURNS)


class TitleReader:
    """Reads titles; of several words of a kind the one that stands first in the rules counts."""

    def __init__(self, rows: Iterable[Mapping[str, object]]) -> None:
        words: dict[str, list[tuple[int, str, str]]] = {kind: [] for kind in _KINDS}
        for place, row in enumerate(rows):
            if (kind := str(row["kind"])) in words:
                words[kind].append((place, str(row["word"]).lower(), str(row["meaning"])))
        self._lexicons = {kind: Lexicon(found) for kind, found in words.items()}
        self._turns = Lexicon(row for kind in _TURNS for row in words[kind])

    def read(self, title: str) -> tuple[str, str]:
        """(function, seniority); `unknown` where no word says.

        >>> rows = [{"kind": "seniority", "word": "vp", "meaning": "vp"},
        ...         {"kind": "function", "word": "finance", "meaning": "finance"}]
        >>> TitleReader(rows).read("V.P., Finance")
        ('finance', 'vp')
        """
        return self.read_parts(parts(title))[:2]

    def read_parts(self, said: list[list[str]]) -> tuple[str, str, list[str]]:
        """Function, seniority, and the words to guess by: none where a post was left or is only assisted."""
        turned = any(map(self._turns.find, said))
        current = self._current(said) if turned else said
        if not current:
            return UNKNOWN, UNKNOWN, []
        aide = self._aide(current) if turned else None
        own = [words[: words.index("to")] if "to" in words else words for words in (aide or current)]
        functions = [found for words in own for found in self._find("function", words)]
        function = min(functions)[1] if functions else UNKNOWN
        if function == _NO_FUNCTION:
            return UNKNOWN, self._seniority(own, aide), []
        return (
            function,
            self._seniority(own, aide),
            [] if aide else [word for words in current for word in words],
        )

    def _seniority(self, own: list[list[str]], aide: list[list[str]] | None) -> str:
        if aide:
            return "individual"
        ranks = [rank for words in own for rank in self._ranks(words)]
        return min(ranks)[1] if ranks else UNKNOWN

    def _current(self, said: list[list[str]]) -> list[list[str]]:
        """The parts without posts that somebody left, and without the office they sit in."""
        kept = [words for words in said if not any(place == 0 for _, _, place in self._find("past", words))]
        own = []
        for words in kept:
            offices = [place for _, _, place in self._find("office", words)]
            own.append(words[: min(offices)] if offices else words)
        return [words for words in own if words]

    def _aide(self, said: list[list[str]]) -> list[list[str]] | None:
        """The words that are an assistant's own, if it is one: an assistant director is none."""
        first = said[0]
        for _, _, place in self._find("aide", first)[:1]:
            rest = first[place + 1 :]
            ranks = self._find("seniority", rest)
            follows = [meaning for _, meaning, at in ranks if at == 0]
            if any(meaning in {"manager", "director", "vp"} for meaning in follows):
                return None
            before = self._find("seniority", first[:place])
            if any(meaning not in {"individual"} and first[p] != "executive" for _, meaning, p in before):
                return None  # "Manager, assistant programmes"
            return [first[:place]] if place else [[]]
        return None

    def _ranks(self, words: list[str]) -> list[tuple[int, str]]:
        """The ranks named in one part; the deputy of a chief stands one step lower."""
        found = self._find("seniority", words)
        if all(meaning != "c_level" for _, meaning, _ in found):
            return [(rank, meaning) for rank, meaning, _ in found]
        deputies = {place for _, _, place in self._find("deputy", words)}
        return [
            (rank, "vp" if meaning == "c_level" and place - 1 in deputies else meaning)
            for rank, meaning, place in found
        ]

    def _find(self, kind: str, words: list[str]) -> list[Found]:
        return self._lexicons[kind].find(words)

"""Words of one kind with what they mean, found in a title the longest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from muster.readings.titles.words import is_wide, plain

Found = tuple[int, str, int]  # place in the rules, meaning, place in the title


class Lexicon:
    """Words and phrases; `finanz*` fits words that begin so, `*leiter` words that end so."""

    def __init__(self, words: Iterable[tuple[int, str, str]]) -> None:
        self._phrases: dict[tuple[str, ...], tuple[int, str]] = {}
        self._begins: dict[str, tuple[int, str]] = {}
        self._ends: dict[str, tuple[int, str]] = {}
        self._wide: dict[str, tuple[int, str]] = {}
        for place, word, meaning in words:
            text, told = plain(word), (place, meaning)
            if is_wide(text):
                self._wide.setdefault(text, told)
            elif text.endswith("*"):
                self._begins.setdefault(text[:-1], told)
            elif text.startswith("*"):
                self._ends.setdefault(text[1:], told)
            else:
                self._phrases.setdefault(tuple(text.split()), told)
        lengths: dict[str, set[int]] = {}
        for phrase in self._phrases:
            lengths.setdefault(phrase[0], set()).add(len(phrase))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
        self._beginnings, self._endings = tuple(self._begins), tuple(self._ends)
        self._wide_first = sorted(self._wide, key=lambda w: (-len(w), w))
        self._mute: set[str] = set()  # words seen that say nothing; titles are many and their words few

    def find(self, words: Sequence[str]) -> list[Found]:
        """What the words of one part mean; a word counts once, in the longest phrase."""
        if self._mute.issuperset(words):
            return []
        found: list[Found] = []
        free = 0  # the first place behind the phrase found last
        for place, word in enumerate(words):
            if place < free or word in self._mute:
                continue
            lengths = self._lengths.get(word, ())
            for length in lengths:
                told = self._phrases.get(tuple(words[place : place + length]))
                if told is not None:
                    found.append((*told, place))
                    free = place + length
                    break
            else:
                inside = self._in_word(word)
                found += [(*told, place) for told in inside]
                if not lengths and not inside:
                    self._mute.add(word)
        return found

    def _in_word(self, word: str) -> list[tuple[int, str]]:
        """What a part of a word says: `vertriebsleiter`, or a word of a script without spaces."""
        if is_wide(word):
            found = []
            for part in self._wide_first:
                if part in word:
                    found.append(self._wide[part])
                    word = word.replace(part, " ")
            return found
        told = []
        if word.startswith(self._beginnings):
            told.append(self._begins[max((b for b in self._beginnings if word.startswith(b)), key=len)])
        if word.endswith(self._endings):
            told.append(self._ends[max((e for e in self._endings if word.endswith(e)), key=len)])
        return told

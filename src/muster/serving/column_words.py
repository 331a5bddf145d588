"""What was said of the words of a column, shown where columns are chosen: said anew, or taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from muster.config.settings import SourceConfig
from muster.problems import WrongUse
from muster.sources.offered import Field

AS_IT_IS = "="  # the choice that leaves a column as muster.toml has it, and a word as the file has it
Known = Mapping[str, Sequence[str]]  # what the words of a field may be read as, by field
_WORD = "word."  # before TABLE.FIELD.WORD in the form


def word_choices(field: Field, known: Known) -> list[str]:
    """What a word of a field may be read as: what its words are read as already, what is `known` of such a
    field, and nothing (empty) unless the field is needed.
    """
    nothing = () if field.is_needed else ("",)
    return list(dict.fromkeys((*field.words.values(), *known.get(field.name, ()), *nothing)))


def words_chosen(field: Field, chosen: Mapping[str, str], known: Known) -> dict[str, str]:
    """What the words of a field are read as then: one not spoken of stays, one that is as it is goes.

    Raises WrongUse where a word would be read as something that nobody offered.
    """
    before = f"{_WORD}{field.table}.{field.name}."
    said = {word: chosen.get(before + word, read_as) for word, read_as in field.words.items()}
    for word, read_as in said.items():
        if read_as not in (AS_IT_IS, *word_choices(field, known)):
            told = f"{word} cannot be read as {read_as[:60]}."
            raise WrongUse(told, remedy="Choose one that is there.", field=before + word)
    return {word: read_as for word, read_as in said.items() if read_as != AS_IT_IS}


def with_words(source: SourceConfig, field: str, written: Any, words: Mapping[str, str]) -> Any:
    """What muster.toml says of a field with its words read so; a column alone where nothing else is said.

    `written` is what it is about to say without regard to words; None: what it says now.
    """
    how = source.column_map(field)
    told = (
        written if written is not None else how.model_dump(mode="json", exclude_defaults=True) if how else {}
    )
    told = {"column": told} if isinstance(told, str) else {k: v for k, v in told.items() if k != "values"}
    if words:
        return {**told, "values": dict(words)}
    return told["column"] if set(told) == {"column"} else told

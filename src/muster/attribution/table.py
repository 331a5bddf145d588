"""Read a table of aggregated paths: delimiter found, a batch at a time, every fault with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from muster.attribution.paths import Codes, Paths, Whole
from muster.problems import Problem, UserDataError, WrongUse
from muster.sources.csv_rows import open_csv
from muster.sources.files import InputFile
from muster.sources.rows import NeedsCare, ReadingChoices, Rows
from muster.sources.text import UnreadableFile

Real = npt.NDArray[np.float64]
STEP = " > "
# Our name of each column, and the one that R's and Python's attribution packages use.
NAMES: Mapping[str, tuple[str, ...]] = {
    "path": ("path",),
    "conversions": ("conversions", "total_conversions"),
    "value": ("value", "total_conversion_value"),
    "nulls": ("nulls", "total_null"),
}
_NEEDED = ("path", "conversions")
_EXACT = 2.0**51  # whole numbers below it survive a double, and ten times as many decimals do not touch them
_QUICK = 6  # decimals that are read through doubles without loss
_FINEST = 9  # decimals kept at most; what is finer is rounded, half to even
_ADVICE = "Write steps as channel > channel, with a blank on each side of >."


@dataclass(frozen=True, slots=True)
class PathTable:
    """The paths of a file, its name, and which of the columns that may be left out it has."""

    name: str
    paths: Paths
    has_value: bool
    has_nulls: bool


def read_paths(file: Path) -> PathTable:
    """Read a file of paths. Raises UserDataError naming file, row, column, value and remedy."""
    if not file.is_file():
        raise WrongUse(f"There is no file {file}.", remedy="Name a file with columns path and conversions.")
    source = InputFile(file.name, file.suffix.lower(), lambda: file.open("rb"), file)
    try:
        try:
            return _read(file, open_csv(source, ReadingChoices(), careful=False))
        except (NeedsCare, UserDataError):  # or a fault, whose row only the careful reader is sure of
            return _read(file, open_csv(source, ReadingChoices(), careful=True))
    except UnreadableFile as error:
        raise UserDataError(f"{file.name} {error.reason}.", remedy=error.remedy) from error
    except OverflowError as error:
        remedy = "Round its numbers, or split the table."
        raise UserDataError(
            f"{file.name}: {error}, which is more than add up exactly.", remedy=remedy
        ) from error


def _read(file: Path, rows: Rows) -> PathTable:
    try:
        columns = _columns(file.name, rows.columns)
        parts = [_Part.read(file.name, columns, batch) for batch in rows.batches]
        if rows.faults:
            fault = rows.faults[0]
            reason = f"has {'more' if fault.code == 'long' else 'fewer'} cells than the header"
            if fault.code not in {"long", "short"}:
                reason = "cannot be read as a row"
            remedy = "Quote cells that hold the delimiter or a line break."
            raise _fault(file.name, fault.row, reason=reason, remedy=remedy)
    finally:
        rows.close()
    if not parts:
        raise UserDataError(f"{file.name} has no row below its header.", remedy="Export it again.")
    return PathTable(file.name, _joined(file.name, parts), "value" in columns, "nulls" in columns)


def _columns(name: str, there: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Where each of our columns stands, and what the file calls it."""
    found: dict[str, tuple[int, str]] = {}
    for ours, names in NAMES.items():
        places = [place for place, column in enumerate(there) if column.lower() in names]
        if len(places) > 1:
            twice = " and ".join(there[place] for place in places)
            raise UserDataError(f"{name} has two columns for {ours}: {twice}.", remedy="Keep one of them.")
        if places:
            found[ours] = (places[0], there[places[0]])
    for ours in _NEEDED:
        if ours not in found:
            wanted = " or ".join(NAMES[ours])
            raise UserDataError(
                f"{name} has no column {wanted}; it has: {', '.join(there)}.",
                remedy=f"Name the columns path, conversions, value, nulls. {_ADVICE}",
            )
    return found


@dataclass(frozen=True, slots=True)
class _Part:
    """One batch: channels by their own numbers, and amounts; `value` in units of 10^-`decimals`."""

    channels: list[str]
    steps: Codes
    lengths: Whole
    conversions: Whole
    value: Whole
    decimals: int
    nulls: Whole

    @staticmethod
    def read(name: str, columns: Mapping[str, tuple[int, str]], batch: pa.RecordBatch) -> _Part:
        cells = {ours: _Cells(name, called, batch, place + 1) for ours, (place, called) in columns.items()}
        nothing = np.zeros(batch.num_rows, np.int64)
        lists = pc.split_pattern(batch.column(columns["path"][0] + 1), STEP)
        steps = pc.utf8_trim_whitespace(lists.flatten()).dictionary_encode()
        lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False).astype(np.int64)
        channels = steps.dictionary.to_pylist()
        empty = [n for n, channel in enumerate(channels) if not channel or ">" in channel[0] + channel[-1]]
        if empty:
            at = np.repeat(np.arange(len(lengths)), lengths)[np.isin(steps.indices.to_numpy(), empty)]
            raise cells["path"].fault(int(at[0]), "is a path with an empty step", _ADVICE)
        value, decimals = cells["value"].decimals() if "value" in cells else (nothing, 0)
        return _Part(
            channels,
            steps.indices.to_numpy(),
            lengths,
            cells["conversions"].counts(),
            value,
            decimals,
            cells["nulls"].counts() if "nulls" in cells else nothing,
        )


class _Cells:
    """One column of a batch, and how to complain about a cell of it."""

    def __init__(self, file: str, column: str, batch: pa.RecordBatch, place: int) -> None:
        self.text = pc.utf8_trim_whitespace(batch.column(place))
        self._file, self._column, self._rows = file, column, batch.column(0)

    def fault(self, place: int, reason: str, remedy: str) -> UserDataError:
        """The error for one cell."""
        row, value = self._rows[place].as_py(), self.text[place].as_py()
        return _fault(self._file, row, column=self._column, value=value[:80], reason=reason, remedy=remedy)

    def counts(self) -> Whole:
        """Whole numbers, 0 or more; an empty cell is 0."""
        numbers = self._numbers()
        with np.errstate(invalid="ignore"):
            right = (numbers >= 0) & (numbers < _EXACT) & (numbers == np.floor(numbers))
        remedy = "Write a whole number, 0 or more, without separators of thousands."
        self._refuse(right, "is no count of journeys", remedy)
        return numbers.astype(np.int64)

    def decimals(self) -> tuple[Whole, int]:
        """Amounts as whole numbers of units of 10^-d, and d; an empty cell is 0."""
        numbers = self._numbers()
        remedy = "Write a number with a decimal point, without currency or separators of thousands."
        self._refuse(np.isfinite(numbers), "is not a number", remedy)
        point = pc.find_substring(self.text, ".").to_numpy()
        digits = pc.utf8_length(self.text).to_numpy() - point - 1
        most = int(np.max(np.where(point >= 0, digits, 0), initial=0))
        plain = not pc.any(pc.match_substring_regex(self.text, "[eE]")).as_py()
        if plain and most <= _QUICK and float(np.abs(numbers).max(initial=0)) * 10**most < _EXACT:
            return np.rint(numbers * 10**most).astype(np.int64), most
        unit = Decimal(1).scaleb(-_FINEST)
        exact = (Decimal(cell or "0").quantize(unit, ROUND_HALF_EVEN) for cell in self.text.to_pylist())
        try:
            return np.array([int(amount.scaleb(_FINEST)) for amount in exact], np.int64), _FINEST
        except (OverflowError, InvalidOperation) as error:
            raise OverflowError(f"column {self._column} has numbers of more than 18 digits") from error

    def _numbers(self) -> Real:
        """The cells as numbers: an empty one is 0, one that is no number is NaN."""
        filled = pc.if_else(pc.equal(self.text, ""), "0", self.text)
        try:
            return np.asarray(pc.cast(filled, pa.float64()).to_numpy())
        except pa.ArrowInvalid:
            return np.array([_number(cell) for cell in filled.to_pylist()])

    def _refuse(self, right: npt.NDArray[np.bool_], reason: str, remedy: str) -> None:
        wrong = np.flatnonzero(~right)
        if len(wrong):
            raise self.fault(int(wrong[0]), reason, remedy)


def _number(cell: str) -> float:
    try:
        return float(cell) if "_" not in cell else float("nan")
    except ValueError:
        return float("nan")


def _joined(name: str, parts: Sequence[_Part]) -> Paths:
    """The batches as one: channels numbered in alphabetical order, values in the finest unit of any."""
    channels = sorted({channel for part in parts for channel in part.channels})
    lengths = np.concatenate([part.lengths for part in parts])
    if all(channel.count(">") for channel in channels) and int(lengths.max()) == 1:
        raise UserDataError(f"{name}: no path has a step ' > ', but {channels[0][:80]!r}.", remedy=_ADVICE)
    place = {channel: number for number, channel in enumerate(channels)}
    steps = [np.array([place[c] for c in part.channels], np.int32)[part.steps] for part in parts]
    decimals = max(part.decimals for part in parts)
    return Paths(
        tuple(channels),
        np.concatenate(steps),
        np.cumsum(np.r_[0, lengths]),
        np.concatenate([part.conversions for part in parts]),
        np.concatenate(list(_in_one_unit(parts, decimals))),
        np.concatenate([part.nulls for part in parts]),
        decimals,
    )


def _in_one_unit(parts: Sequence[_Part], decimals: int) -> Iterator[Whole]:
    for part in parts:
        finer = 10 ** (decimals - part.decimals)
        if float(np.abs(part.value).max(initial=0)) * finer > 4e18:
            raise OverflowError("its values have more than 18 digits")
        yield part.value * finer


def _fault(
    file: str, row: int, *, reason: str, remedy: str, column: str | None = None, value: str | None = None
) -> UserDataError:
    problem = Problem("error", "", file, reason, remedy, row=row, column=column, value=value)
    return UserDataError(str(problem).removesuffix(f" {remedy}"), remedy=remedy)

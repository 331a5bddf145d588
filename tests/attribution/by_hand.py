"""The models said once more in plain Python with exact fractions: slow, and sharing nothing with ours."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations, groupby
from math import factorial

Row = tuple[str, int, int, int]  # path, conversions, value, nulls


def steps(row: Row) -> list[str]:
    return row[0].split(" > ")


def channels(rows: list[Row]) -> list[str]:
    return sorted({channel for row in rows for channel in steps(row)})


def rule(rows: list[Row], model: str, amount: int) -> dict[str, Fraction]:
    """What a rule by position gives each channel; `amount` is 1 for conversions, 2 for value."""
    given: dict[str, Fraction] = defaultdict(Fraction)
    for row in rows:
        path = steps(row)
        n = len(path)
        shares = {
            "first": [Fraction(i == 0) for i in range(n)],
            "last": [Fraction(i == n - 1) for i in range(n)],
            "linear": [Fraction(1, n)] * n,
            "position_40_20_40": [Fraction(1, n)] * n
            if n < 3
            else [Fraction(2, 5), *[Fraction(1, 5) / (n - 2)] * (n - 2), Fraction(2, 5)],
        }[model]
        for channel, share in zip(path, shares, strict=True):
            given[channel] += share * int(row[amount])
    return given


def shapley(rows: list[Row], amount: int) -> dict[str, Fraction]:
    """By the definition, over all subsets: v(S) is what paths of channels in S alone have won."""
    players = channels(rows)

    def worth(coalition: tuple[str, ...]) -> int:
        return sum(int(row[amount]) for row in rows if set(steps(row)) <= set(coalition))

    n, value = len(players), {}
    for player in players:
        others = [p for p in players if p != player]
        value[player] = sum(
            (
                Fraction(factorial(size) * factorial(n - size - 1), factorial(n))
                * (worth((*coalition, player)) - worth(coalition))
                for size in range(n)
                for coalition in combinations(others, size)
            ),
            Fraction(0),
        )
    return value


def removal(rows: list[Row], order: int) -> dict[str, Fraction]:
    """Removal effects by Gaussian elimination of fractions; states are tuples of channels."""
    moves: dict[tuple[str, ...], Counter[object]] = defaultdict(Counter)
    for row in rows:
        here: tuple[str, ...] = ()
        for channel, _ in groupby(steps(row)):
            there = (*here, channel)[-order:]
            moves[here][there] += row[1] + row[3]
            here = there
        moves[here]["won"] += row[1]
        moves[here]["lost"] += row[3]
    chance = _won(moves, without=None)
    return {c: 1 - _won(moves, without=c) / chance if chance else Fraction(0) for c in channels(rows)}


def _won(moves: dict[tuple[str, ...], Counter[object]], *, without: str | None) -> Fraction:
    states = [s for s in moves if sum(moves[s].values()) and (not s or s[-1] != without)]
    place = {state: n for n, state in enumerate(states)}
    if () not in place:
        return Fraction(0)
    table = []
    for state in states:
        total = sum(moves[state].values())
        line = [Fraction(0)] * (len(states) + 1)
        line[place[state]] += 1
        for there, count in moves[state].items():
            if there in place:
                line[place[there]] -= Fraction(count, total)  # type: ignore[index]
        line[-1] = Fraction(moves[state]["won"], total)
        table.append(line)
    for column in range(len(states)):
        pivot = next(n for n in range(column, len(states)) if table[n][column])
        table[column], table[pivot] = table[pivot], table[column]
        table[column] = [cell / table[column][column] for cell in table[column]]
        for other in range(len(states)):
            if other != column and table[other][column]:
                times = table[other][column]
                table[other] = [a - times * b for a, b in zip(table[other], table[column], strict=True)]
    return table[place[()]][-1]

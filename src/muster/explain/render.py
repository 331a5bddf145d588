"""An explanation as text: what a row says, whether it counts up, what it rests on, where it is from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from muster.explain.explanation import Explanation, Recount, RuleRow, SourceRow, as_argument
from muster.explain.words import show

_IN = "  "


def render(explanation: Explanation, *, depth: int | None = None) -> str:
    """The explanation as an indented tree, so many levels deep (None: all of it).

    A row, a rule and the SQL file of a table are told in full where they are met first.
    """
    tree = _Tree(depth)
    lines = [*_warnings(explanation), *tree.lines(explanation)]
    if tree.has_defaults:
        lines.append(
            "A default rule is Muster's own: the workspace has no such file. "
            "`muster init` writes the files that are missing, to be changed there."
        )
    if tree.is_cut:
        lines.append(
            f"Told to depth {depth}; the commands above go on from one row. "
            f"All at once: {_command(explanation)} --all"
        )
    return "\n".join(lines) + "\n"


def _warnings(top: Explanation) -> Iterator[str]:
    wrong = top.disagreements
    if wrong:
        yield f"DOES NOT AGREE: {len(wrong)} figures differ from the rows they rest on:"
        yield from (f"{_IN}{one.table} {one.name}: {_difference(one, recount)}" for one, recount in wrong)
    yield from top.cautions


@dataclass(slots=True)
class _Tree:
    """The lines of a tree; `told` holds what was told in full, the flags what was met on the way."""

    depth: int | None
    told: set[str] = field(default_factory=set)
    has_defaults: bool = False
    is_cut: bool = False

    def lines(self, one: Explanation, *, level: int = 0, indent: str = "", bullet: str = "") -> Iterator[str]:
        inner = f"{indent}{_IN}" if bullet or level == 0 else indent
        self.told.add(_address(one))
        yield f"{indent}{bullet}{_address(one)}"
        yield f"{inner}{one.sentence}"
        if level == 0 and one.row:
            yield f"{inner}row: {_figures(one)}"
        yield from (f"{inner}{line}" for line in self._how_made(one))
        yield from (f"{inner}{line}" for line in _wrong(one))
        if level == 0:
            yield from (f"{inner}{line}" for line in _right(one))
        yield from (f"{inner}rule: {self._rule(rule)}" for rule in one.rules)
        yield from (f"{inner}source: {_source(source)}" for source in one.sources)
        if one.sources_left_out:
            yield f"{inner}source: and {one.sources_left_out:,} more rows"
        if self.depth is None or level < self.depth:
            yield from self._parents(one, level=level, inner=inner)
        elif one.parents:
            self.is_cut = True
            count = len(one.parents) + one.left_out
            yield f"{inner}rests on {count:,} more: {_command(one)}"

    def _parents(self, one: Explanation, *, level: int, inner: str) -> Iterator[str]:
        again: list[Explanation] = []
        heading = ""
        for parent in one.parents:
            if _address(parent) in self.told:
                again.append(parent)
                continue
            if parent.because != heading:
                heading = parent.because
                yield f"{inner}{heading}:"
            yield from self.lines(parent, level=level + 1, indent=inner, bullet="- ")
        if again:
            yield f"{inner}as above: {', '.join(f'{p.because} ({_address(p)})' for p in again)}"
        if one.left_out:
            yield f"{inner}and {one.left_out:,} more rows that it rests on"

    def _how_made(self, one: Explanation) -> Iterator[str]:
        if one.made_by is not None and one.made_by.file not in self.told:
            self.told.add(one.made_by.file)
            yield f"made by {one.made_by.file}: {one.made_by.about}"

    def _rule(self, rule: RuleRow) -> str:
        place = f"{'default ' if rule.is_default else ''}{rule.file}, row {rule.row}"
        self.has_defaults |= rule.is_default
        if place in self.told:
            return place
        self.told.add(place)
        cells = [f"{name} {value}" for name, value in rule.cells.items() if value and name != "why"]
        why = rule.cells.get("why") or ""
        return f"{place}: {', '.join(cells)}{f' ({why})' if why else ''}"


def _address(one: Explanation) -> str:
    return f"{one.table} {one.name}".rstrip()


def _command(one: Explanation) -> str:
    return f"muster explain {one.table} {as_argument(one.name)}".rstrip()


def _figures(one: Explanation) -> str:
    currency = one.row.get("currency")
    return ", ".join(f"{name} {show(name, value, currency)}" for name, value in one.row.items())


def _wrong(one: Explanation) -> Iterator[str]:
    return (f"DOES NOT AGREE: {_difference(one, recount)}" for recount in one.recounts if not recount.agrees)


def _right(top: Explanation) -> Iterator[str]:
    """The figures of the row asked for that agree, with how; those behind it by their number."""
    agreeing: dict[str, list[Recount]] = {}
    for recount in top.recounts:
        if recount.agrees:
            agreeing.setdefault(recount.how, []).append(recount)
    for how, recounts in agreeing.items():
        figures = (f"{r.figure} {show(r.figure, r.said, top.row.get('currency'))}" for r in recounts)
        yield f"recounted, agrees: {', '.join(figures)} ({how})"
    behind = [one for one in list(top.each())[1:] if one.recounts]
    if behind:
        right = sum(recount.agrees for one in behind for recount in one.recounts)
        yield f"recounted behind it, in {len(behind):,} rows: {right:,} figures that agree"


def _difference(one: Explanation, recount: Recount) -> str:
    said, found = (show(recount.figure, v, one.row.get("currency")) for v in (recount.said, recount.found))
    return f"{recount.figure} says {said}, but {recount.how} gives {found}"


def _source(source: SourceRow) -> str:
    place = f"{source.source}/{source.file}, row {source.row:,} ({source.table} {source.key}"
    if source.known_at is None:
        return f"{place})"
    dated = source.known_at.year > 1970
    return f"{place}, {'known ' + show('known_at', source.known_at) if dated else 'undated'})"

"""The matching in three pictures on one page: the weight of one pair, all weights, other thresholds."""

from __future__ import annotations

from collections.abc import Sequence

from muster.lab.judge import Judgement, Share
from muster.lab.pairs import READABLE, Pair
from muster.lab.pictures import distribution, draw_curve, draw_waterfall
from muster.problems import WrongUse
from muster.reports.charts.draw import draw
from muster.reports.plain import drawn, note, table, write_sheet


def write_page(company: str, pairs: Sequence[Pair], shown: Pair, judgement: Judgement, *, needed: int) -> str:
    """The page as HTML. The same pairs always give the same text."""
    measured = judgement.labelled > 0
    basis = (
        f"Estimated from {judgement.labelled} labels; bars are 95 % intervals. {judgement.shows_not}"
        if measured
        else "What the model itself expects, without any label: it is not measured. "
        "Draw a sample and review it: muster lab match"
    )

    def waterfall(width: int, key: str) -> str:
        return draw_waterfall(shown, width).svg(key=key, title="Match weight of one pair", about=_told(shown))

    def weights(width: int, key: str) -> str:
        about = "Pairs by match weight."
        return draw(distribution(pairs, width), width, key=key, title="Match weights", about=about)

    def curve(width: int, key: str) -> str:
        return draw_curve(judgement, width, needed=needed).svg(key=key, title="Thresholds", about=basis)

    held = (
        f"Joined from {needed / 100:g} bits on. Held back: joining them would make one of two people "
        "who are known apart, or they are as like to another."
    )
    lead = (
        f"{len(pairs):,} pairs of records are at all alike; {sum(p.is_joined for p in pairs):,} were joined."
    )
    parts = [
        (
            "One pair, comparison by comparison",
            _both(shown) + drawn(waterfall, "waterfall") + note(_told(shown)),
        ),
        (f"All {len(pairs):,} pairs by match weight, in bits", drawn(weights, "weights") + note(held)),
        ("Other thresholds", drawn(curve, "curve") + note(basis) + _points(judgement, measured=measured)),
    ]
    return write_sheet(f"Matching of {company}", lead, parts)


def find_pair(pairs: Sequence[Pair], ids: Sequence[str] = ()) -> Pair:
    """The pair of two records or addresses; without any, the joined pair that leaves most doubt."""
    if not ids:
        joined = [pair for pair in pairs if pair.is_joined] or list(pairs)
        return min(joined, key=lambda p: (p.weight, p.left_id, p.right_id))
    wanted = {said if said[:2] in {"r:", "e:"} else f"{'e' if '@' in said else 'r'}:{said}" for said in ids}
    for pair in pairs:
        if {pair.left_id, pair.right_id} == wanted:
            return pair
    raise WrongUse(
        f"{' and '.join(ids)} were not compared, or are not alike at all.",
        remedy="Pairs that are: the columns left_id and right_id of the sample of muster lab match.",
    )


def _both(pair: Pair) -> str:
    rows = [(name.replace("_", " "), pair.left[name] or "-", pair.right[name] or "-") for name in READABLE]
    return table("The two records", ("record", pair.left_id, pair.right_id), rows, words=True)


def _points(judgement: Judgement, *, measured: bool) -> str:
    """The curve's numbers, for who cannot see it."""
    rows = [
        (
            f"{p.weight / 100:g}",
            f"{p.joined:,}",
            _said(p.precision, measured=measured),
            _said(p.recall, measured=measured),
        )
        for p in judgement.curve
    ]
    return (
        table("Each threshold in numbers", ("from bits", "pairs", "precision", "recall"), rows)
        if rows
        else ""
    )


def _said(share: Share, *, measured: bool) -> str:
    if share.value is None:
        return "unknown"
    middle = f"{share.value:.3f}"
    return f"{middle} ({share.low:.3f} to {share.high:.3f})" if measured else middle


def _told(pair: Pair) -> str:
    return (
        f"{pair.left_id} and {pair.right_id}: match weight {pair.weight / 100:.2f} bits, "
        f"probability {pair.probability:.4f}, {pair.fate}."
    )

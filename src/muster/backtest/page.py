"""The back-test as one page: what it found, whether chances come true, what hand-offs catch, for whom."""

from __future__ import annotations

from collections.abc import Iterator

from muster.backtest.draws import Figure
from muster.backtest.judge import Backtest, Scored
from muster.backtest.pictures import draw_capacity, draw_lift, draw_reliability
from muster.backtest.questions import CHANCE
from muster.backtest.words import (
    AT_CAPACITY,
    NAMES,
    NOT_ESTIMABLE,
    RANKING,
    in_order,
    sentence,
    told,
    told_95,
)
from muster.reports.money import NBSP
from muster.reports.plain import drawn, note, table, write_sheet

_DASH = "\u2013"


def write_page(found: Backtest) -> str:
    """The page as HTML. The same back-test always gives the same text."""
    where = "" if found.solution_id is None else f", {found.solution_id}"
    return write_sheet(f"Back-test of {found.company}{where}", sentence(found), list(_parts(found)))


def _parts(found: Backtest) -> Iterator[tuple[str, str]]:
    yield "What is asked, and of whom", note(_asked(found)) + "".join(note(one) for one in found.notes)
    shown = [b for b in found.bins if b.solution_id == "*"]
    about = (
        f"Chances that were said, and the part that opened within {found.horizon_weeks} weeks; "
        f"{found.openings} different openings. "
        "Dots: what came; thick bars 80 %, thin bars 95 % intervals; the straight line: chances come true."
    )

    def reliability(width: int, key: str) -> str:
        return draw_reliability(shown, width).svg(key=key, title="Said and seen", about=about)

    yield (
        _held(found),
        drawn(reliability, "reliability")
        + note(about)
        + _bins(found)
        + _figures(found, found.calibration)
        + _silences(found),
    )

    def lift(width: int, key: str) -> str:
        return draw_lift(found.scores, width).svg(key=key, title="Lift", about=_LIFT)

    yield (
        _best_hold(found),
        drawn(lift, "lift") + note(_LIFT) + _scores(found, RANKING) + _deciles(found),
    )

    def capacity(width: int, key: str) -> str:
        return draw_capacity(found.scores, width).svg(key=key, title="At capacity", about=_CAPACITY)

    yield (
        _catch(found),
        drawn(capacity, "capacity")
        + note(_CAPACITY)
        + _scores(found, AT_CAPACITY[:4])
        + _scores(found, AT_CAPACITY[4:])
        + note(_steady(found)),
    )
    if found.compared:
        yield "What would another policy have done?", _compared(found)
    yield _win_finding(found), _won(found)
    yield "For whom does it hold?", _by_parts(found)


def _held(found: Backtest) -> str:
    """What the reliability picture shows."""
    figures = {figure.name: figure.value for figure in found.calibration}
    ratio, slope = figures.get("observed_over_expected"), figures.get("calibration_slope")
    if ratio is None or slope is None:
        return "Do chances come true? Too few openings to say"
    return f"For every 100 openings expected {100 * ratio:.0f} came; slope of the chances {slope:.2f}"


def _best_hold(found: Backtest) -> str:
    """What the lift curve shows, where there are openings enough."""
    by_chance = found.score(CHANCE)
    if by_chance is None or by_chance.curve is None or by_chance.ranking[0].value is None:
        return "What do the best-ranked hold? Too few openings to say"
    held = dict(zip(*by_chance.curve, strict=True)).get(0.01, 0.0)
    return f"The best-ranked 1 % hold {100 * held:.0f} % of the openings"


def _catch(found: Backtest) -> str:
    """What the picture of hand-offs shows."""
    by_chance, mql = found.score(CHANCE), found.score("MQL person score")
    caught = [
        None if one is None else in_order(one.at_capacity, ("recall",))[0].value for one in (by_chance, mql)
    ]
    places = f"At {found.places:,} places"
    if caught[0] is None or caught[1] is None:
        return f"{places}: too few openings to say what hand-offs catch"
    ours, theirs = (f"{100 * part:.0f} %" for part in caught if part is not None)
    return f"{places} chances catch {ours} of openings, the MQL person score {theirs}"


def _win_finding(found: Backtest) -> str:
    won = found.win_rate
    if won.p_value is None or won.z is None:
        return "Do those with higher chances win more often? Too few closed to say"
    if won.p_value > 0.05:
        return "Higher chances did not show to win more often"
    return f"Higher chances won {'more' if won.z > 0 else 'less'} often"


_LIFT = (
    "Rows (account, solution and Monday) from the best-ranked on, and the part of all that open which they "
    "hold. "
    "Grey: the other scores, from the same records of the same Mondays."
)
_CAPACITY = (
    "Each Monday the best-ranked that wait take sales' places of that week; who was handed over rests "
    "before it "
    "may come again. The policy in force has its own gates and thresholds, and fewer or more hand-offs."
)


def _asked(found: Backtest) -> str:
    return (
        f"Every fourth of the Mondays from {found.first_monday} to {found.last_monday} ({found.origins}) "
        "every "
        f"account is asked about for every solution for which none was open: {found.rows:,} rows, "
        f"{found.silent_rows:,} of silent accounts. {found.openings} different opportunities opened within "
        f"{found.horizon_weeks} weeks after such a Monday, {found.silent_openings} of them where an account "
        "had been silent. "
        f"{found.models_checked} models were checked for what they could have known."
    )


def _bins(found: Backtest) -> str:
    rows = [
        (
            f"{_percent(b.from_chance)} to {_percent(b.to_chance)}",
            _percent(b.predicted),
            _percent(b.observed),
            _DASH
            if b.low_80 is None or b.high_80 is None
            else f"{_percent(b.low_80)} to {_percent(b.high_80)}",
            f"{b.rows:,}",
            f"{b.openings}",
        )
        for b in found.bins
        if b.solution_id == "*"
    ]
    head = ("chances", "said", "seen", "80 % interval", "rows", "different openings")
    return table("Said and seen, bin by bin", head, rows)


def _silences(found: Backtest) -> str:
    rows = [
        (one.solution_id, f"{one.rows:,}", f"{one.foretold:.1f}", f"{one.opened:,}") for one in found.silence
    ]
    head = ("solution", "rows", "expected to open", "opened")
    return table("Silent accounts, at the rate at which such accounts opened until then", head, rows)


def _figures(found: Backtest, figures: tuple[Figure, ...]) -> str:
    rows = [
        (NAMES[f.name], told(f, found.currency), told_95(f, found.currency), f"{f.openings}") for f in figures
    ]
    head = ("figure", "value (80 % interval)", "95 % interval", "different openings")
    return table("Calibration in numbers", head, rows)


def _scores(found: Backtest, names: tuple[str, ...]) -> str:
    def cells(one: Scored) -> tuple[str, ...]:
        figures = in_order((*one.ranking, *one.at_capacity), names)
        openings = max((f.openings for f in figures), default=0)
        handed = () if names == RANKING else (f"{one.hand_offs:,}",)
        return (one.name, *handed, *(told(f, found.currency) for f in figures), f"{openings}")

    rows = [cells(one) for one in found.scores if names != RANKING or one.ranking]
    handed = () if names == RANKING else ("hand-offs",)
    head = ("ranked by", *handed, *(NAMES[name] for name in names), "openings")
    caption = "Ranking" if names == RANKING else f"At capacity: {NAMES[names[0]]} and more"
    return table(f"{caption} (80 % intervals)", head, rows)


def _deciles(found: Backtest) -> str:
    rows = [
        (
            f"{d.number}",
            f"{d.rows:,}",
            _percent(d.predicted),
            _percent(d.opened / d.rows),
            NOT_ESTIMABLE if d.lift is None else f"{d.lift:.2f}",
            f"{d.openings}",
        )
        for d in found.deciles
    ]
    head = ("tenth", "rows", "said", "seen", "lift", "different openings")
    return table("By tenth of chance, the highest first", head, rows)


def _steady(found: Backtest) -> str:
    steady = found.steadiness
    if not steady.stretches:
        return "No group qualified in these weeks."
    dwell = (
        "" if steady.median_dwell_days is None else f" for a median of {steady.median_dwell_days:.0f} days"
    )
    return (
        f"In these weeks the policy in force took in {steady.stretches} groups, which stayed{dwell} "
        f"({steady.lasting} still are); in {steady.flaps} of {steady.group_quarters} quarters one came in "
        "twice."
    )


def _compared(found: Backtest) -> str:
    rows = [
        (
            c.name,
            f"{c.hand_offs:,} ({c.more_hand_offs:+,})",
            f"{c.openings_caught:,} ({c.more_openings:+,})",
            _percent(c.hits / c.hand_offs) if c.hand_offs else NOT_ESTIMABLE,
            f"{c.more_hours:+,.0f}",
            _DASH if c.steadiness.median_dwell_days is None else f"{c.steadiness.median_dwell_days:.0f}",
        )
        for c in found.compared
    ]
    head = ("policy", "hand-offs", "openings caught", "precision", "SDR hours", "median dwell, days")
    said = "".join(note(c.sentence) for c in found.compared)
    return said + table("Beside the policy in force", head, rows)


def _won(found: Backtest) -> str:
    won = found.win_rate
    if not won.bands:
        return note(f"Only {won.closed} closed opportunities had a chance when they opened: {NOT_ESTIMABLE}.")
    rows = [
        (
            f"{b.number}",
            f"{_percent(b.from_chance)} to {_percent(b.to_chance)}",
            f"{b.closed}",
            f"{b.won}",
            _percent(b.win_rate),
            _DASH if b.low is None or b.high is None else f"{_percent(b.low)} to {_percent(b.high)}",
        )
        for b in won.bands
    ]
    head = ("band", "chance at opening", "closed", "won", "win rate", "95 % interval (Wilson)")
    test = (
        "No trend can be tested."
        if won.z is None or won.p_value is None
        else f"Trend over the bands: z {won.z:.2f}, p {won.p_value:.2g} (Cochran and Armitage). "
        "Observed, not caused."
    )
    return note(
        f"{won.closed} closed opportunities; {won.unsaid} more opened without a chance. {test}"
    ) + table("Win rate by the chance at opening", head, rows)


def _by_parts(found: Backtest) -> str:
    tables = []
    for kind in dict.fromkeys(part.kind for part in found.parts):
        rows = [
            (
                part.name,
                f"{part.rows:,}",
                f"{part.hand_offs:,}",
                _DASH if part.hand_offs_per_thousand is None else f"{part.hand_offs_per_thousand:.1f}",
                f"{part.openings}",
                told(part.recall, found.currency),
                told(part.observed_over_expected, found.currency),
            )
            for part in found.parts
            if part.kind == kind
        ]
        head = ("part", "rows", "hand-offs", "per 1,000 rows", "openings", "recall", "observed / expected")
        tables.append(table(f"By {kind}", head, rows))
    return note(_PARTS) + "".join(tables)


_PARTS = (
    "Hand-offs are those by chance at capacity. Under 20 different openings nothing is stated: an interval "
    "would be "
    "wider than any difference."
)


def _percent(part: float | None) -> str:
    if part is None:
        return NOT_ESTIMABLE
    return f"{100 * part:.2f}{NBSP}%" if part < 0.0995 else f"{100 * part:.1f}{NBSP}%"

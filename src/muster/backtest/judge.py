"""The whole back-test of a finished run, as one frozen value that text, JSON and page are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from muster.backtest.calibration import Bin, bins_of, calibration_figures
from muster.backtest.capacity import places_of, rest_of
from muster.backtest.draws import DRAWS, Draws, Figure
from muster.backtest.eight import NAME, eight_signs
from muster.backtest.embargo import check_embargo
from muster.backtest.parts import Decile, Part, deciles, gain, parts_of
from muster.backtest.places import Handed, hand_over, place_figures
from muster.backtest.policy import Compared, Steadiness, handed_over, steadiness
from muster.backtest.questions import CHANCE, Questions, Span
from muster.backtest.ranking import openings_asked, rank_figures
from muster.backtest.read import ask
from muster.backtest.win_rate import WinTrend, win_trend
from muster.chances.thin import Learning, learning
from muster.engine.published import Published
from muster.problems import WrongUse
from muster.recall.clock import WEEK
from muster.rules.read import Rules

RECORDED_MQL = "recorded MQL"
IN_FORCE = "policy in force"
_NO_MQL = "The records hold no MQL dates: the MQL rule cannot be a baseline; the MQL person score is."


@dataclass(frozen=True, slots=True)
class Scored:
    """One score or policy: how well it ranks, and what it would have handed over at capacity."""

    name: str
    ranking: tuple[Figure, ...]  # empty for the policy in force: it gives no rank
    hand_offs: int
    at_capacity: tuple[Figure, ...]
    curve: tuple[tuple[float, ...], tuple[float, ...]] | None  # part asked about, part of openings in it


@dataclass(frozen=True, slots=True)
class Silence:
    """Silent accounts of a solution: rows, how many of them open at the rate seen before, how many did."""

    solution_id: str
    rows: int
    foretold: float
    opened: int


@dataclass(frozen=True, slots=True)
class Backtest:
    """What is reported. Instants are ISO dates; `value` None means not estimable."""

    company: str
    currency: str
    as_of: str
    first_monday: str
    last_monday: str
    horizon_weeks: int  # within which an opening is asked about
    origins: int
    solution_id: str | None
    models_checked: int
    rows: int
    silent_rows: int
    openings: int
    silent_openings: int
    silence: tuple[Silence, ...]
    openings_in_weeks: int
    places: int
    samples: int
    scores: tuple[Scored, ...]
    calibration: tuple[Figure, ...]
    bins: tuple[Bin, ...]
    deciles: tuple[Decile, ...]
    win_rate: WinTrend
    parts: tuple[Part, ...]
    steadiness: Steadiness
    compared: tuple[Compared, ...]
    notes: tuple[str, ...]

    def score(self, name: str) -> Scored | None:
        """A score by its name; None where the company has none."""
        return next((one for one in self.scores if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a back-test and how many places sales had, ready to be judged or compared."""

    questions: Questions
    places: dict[int, dict[int, int]]
    solution_id: str | None
    as_of: int


def question(
    published: Published,
    rules: Rules,
    span: Span,
    *,
    currency: str,
    solution_id: str | None = None,
    progress: Callable[[str], None],
) -> Asked:
    """Read what the back-test of a span needs. Raises WrongUse for a solution that is not asked about."""
    asked = ask(published, span, currency=currency, progress=progress)
    if solution_id is not None and solution_id not in asked.solution_ids:
        raise WrongUse(
            f"Nobody was asked about a solution {solution_id}.",
            remedy=f"There are: {', '.join(asked.solution_ids)}.",
        )
    places = places_of(published, rules, first=span.first, last=span.last, solution_ids=asked.solution_ids)
    as_of = datetime.fromisoformat(str(published.manifest["as_of"]))
    micros = (as_of - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return Asked(asked, places, solution_id, micros)


def judge(
    published: Published,
    rules: Rules,
    asked: Asked,
    *,
    company: str,
    currency: str,
    compared: tuple[Compared, ...] = (),
    draws: int = DRAWS,
    progress: Callable[[str], None],
) -> Backtest:
    """Every figure of the back-test. Raises CheckFailed where a model knew what it could not have known."""
    models = check_embargo(published)
    whole, solution = asked.questions, asked.solution_id
    progress("learning the eight-sign logistic")
    whole.rows.scores[NAME] = eight_signs(published, whole)
    shown = whole if solution is None else whole.of_solution(solution)
    samples = Draws(len(whole.account_ids), count=draws)
    rest = rest_of(rules, whole.span.last)
    origin = np.isin(shown.rows.week, shown.origins)
    scores, by_chance = [], None
    for name, score in whole.rows.scores.items():
        progress(f"judging {name}")
        # Places are shared by all solutions: hand-offs are drawn from all, and then one solution's are kept.
        handed = hand_over(whole.rows, score, slots=asked.places, rest=rest)
        handed = handed if solution is None else of_solution(handed, whole, solution)
        own = shown.rows.scores[name]
        by_chance = handed if name == CHANCE else by_chance
        scores.append(
            Scored(
                name,
                tuple(rank_figures(shown, own[origin], samples)),
                len(handed.at),
                tuple(place_figures(handed, shown, samples)),
                _thin(*gain(shown, own[origin])),
            )
        )
    actual = in_force(published, asked)
    scores.append(Scored(IN_FORCE, (), len(actual.at), tuple(place_figures(actual, shown, samples)), None))
    progress("calibration, parts and win rates")
    assert by_chance is not None
    bins = bins_of(shown, samples)
    if solution is None:
        for name in whole.solution_ids:
            bins += bins_of(whole.of_solution(name), samples, solution_id=name)
    return Backtest(
        company,
        currency,
        _day(asked.as_of),
        _day(whole.span.first),
        _day(whole.span.last),
        whole.span.horizon // WEEK,
        len(whole.origins),
        solution,
        models,
        int(len(shown.asked.week) + shown.silent.rows.sum()),
        int(shown.silent.rows.sum()),
        openings_asked(shown),
        len(shown.silent.openings),
        tuple(_silences(shown)),
        len(shown.openings.at),
        sum(sum(pools.values()) for pools in asked.places.values()),
        draws,
        tuple(scores),
        tuple(calibration_figures(shown, samples)),
        tuple(bins),
        tuple(deciles(shown)),
        win_trend(published, solution),
        tuple(parts_of(shown, by_chance, samples)),
        steadiness(published.folder, whole, as_of=asked.as_of, solution_id=solution),
        compared,
        _notes(shown, learning(published), has_mql=RECORDED_MQL in whole.rows.scores),
    )


def in_force(published: Published, asked: Asked) -> Handed:
    """The hand-offs of the policy in force, of the solution asked about."""
    whole = asked.questions
    handed = handed_over(published.folder, whole)
    return handed if asked.solution_id is None else of_solution(handed, whole, asked.solution_id)


def of_solution(handed: Handed, whole: Questions, solution_id: str) -> Handed:
    """The hand-offs of one solution, in the numbers that its own questions have."""
    number = whole.solution_ids.index(solution_id)
    rows = np.r_[np.cumsum(whole.rows.solution == number) - 1, -1]
    kept = handed.solution == number
    opening, row = handed.opening[kept], handed.row[kept]
    return Handed(
        handed.at[kept],
        handed.account[kept],
        handed.solution[kept],
        whole.places_of(number)[opening],
        rows[row],
    )


def _notes(asked: Questions, standing: Learning | None, *, has_mql: bool) -> tuple[str, ...]:
    said = np.isfinite(asked.asked.scores[CHANCE])
    weeks = asked.span.horizon // WEEK
    notes = [
        "Every chance is the one that was said that Monday, by the model as learnt by then from weeks whose "
        f"{weeks} weeks were over: training and test are {weeks} weeks apart.",
        "Accounts without a sign within 26 weeks have no chance. They are asked about all the same: ranked "
        "last, never handed over, their openings missed. Calibration is judged where a chance was said, and "
        "once more with silent accounts told at the rate at which such accounts opened until then.",
        "Intervals are those of other samples of accounts; hand-offs and models stay as they are in each.",
    ]
    if asked.span.since:
        notes.append(
            f"From {_day(asked.span.since)} on chances are about {weeks} weeks; those of Mondays before are "
            "judged by themselves (--to)."
        )
    if not has_mql:
        notes.append(_NO_MQL)
    if not said.all():
        notes.append(f"Of {int((~said).sum()):,} rows with signs no chance was said: data were thin.")
    if standing is not None and (sentence := standing.sentence()) is not None:
        notes.append(f"{sentence}.")
    return tuple(notes)


def _silences(asked: Questions) -> Iterator[Silence]:
    silent = asked.silent
    for number in np.unique(silent.solution).tolist():
        mine = silent.solution == number
        rows, foretold, opened = (
            float(column[mine].sum()) for column in (silent.rows, silent.foretold, silent.opens)
        )
        yield Silence(asked.solution_ids[number], int(rows), round(foretold, 3), int(opened))


def _thin(across: list[float], up: list[float]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """A curve with as many points as a picture can show."""
    x: npt.NDArray[np.float64] = np.unique(np.r_[np.linspace(0, 0.1, 41), np.linspace(0.1, 1, 37)])
    y = np.interp(x, across, up)
    return tuple(round(float(v), 5) for v in x), tuple(round(float(v), 5) for v in y)


def _day(at: int) -> str:
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at):%Y-%m-%d}"

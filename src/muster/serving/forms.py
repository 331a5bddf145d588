"""The forms that answer a hand-off, and what a page says right after one was sent."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from muster.deciding.answers import rejection_reasons
from muster.readings.until import TRIGGER, TRIGGERS
from muster.serving.deciding import Names, facts_of, placed, said_of
from muster.serving.figures.owners import owner_names
from muster.serving.reading import Reading
from muster.serving.rendering import PASSING

_LATER = timedelta(days=90)  # what is offered as the day to come back
_ID = re.compile(r"d[\dTZ]{6,}-\w+")


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """What the forms offer; `key` names this rendering, so that one sent twice is one decision."""

    may_decide: bool
    reasons: tuple[str, ...]
    triggers: Mapping[str, str]
    choices: tuple[tuple[str, str], ...]  # sellers by what they are called, which tells them apart
    first_day: date
    usual_day: date
    back: str  # where to go when it is done
    key: str


@dataclass(frozen=True, slots=True)
class Done:
    """What just happened: something decided, taken back, or that somebody else was first."""

    sentence: str
    undoes: str  # the decision that can be taken back; empty where none
    is_bad: bool = False


def answer_form(reading: Reading) -> AnswerForm:
    """What may be chosen in the forms of a page."""
    facts = facts_of(reading)
    today = reading.snapshot.as_of.date()
    url = reading.request.url
    kept = "&".join(part for part in url.query.split("&") if part and part.split("=")[0] not in PASSING)
    return AnswerForm(
        may_decide=reading.viewer.may("decide"),
        reasons=tuple(rejection_reasons(facts)),
        triggers={TRIGGER + key: words for key, words in TRIGGERS.items()},
        choices=tuple((name, "") for name in sellers(owner_names(reading))),
        first_day=today + timedelta(days=1),
        usual_day=today + _LATER,
        back=f"{url.path}{'?' + kept if kept else ''}",
        key=str(reading.request.state.nonce),
    )


def sellers(names: Mapping[str, str]) -> dict[str, str]:
    """Owner ids by name, in the order of names; sellers of one name have their id behind it.

    >>> sellers({"u1": "Ada", "u2": "Bo", "u3": "Ada"})
    {'Ada, u1': 'u1', 'Ada, u3': 'u3', 'Bo': 'u2'}
    """
    shared = Counter(names.values())
    ordered = sorted(names.items(), key=lambda pair: (pair[1].casefold(), pair[0]))
    return {f"{name}, {key}" if shared[name] > 1 else name: key for key, name in ordered}


def just_done(reading: Reading, names: Names) -> Done | None:
    """What the address says was just decided, told from the store: an address can make nothing up."""
    for word in ("done", "undone", "first"):
        key = reading.query.get(word, "")
        if not _ID.fullmatch(key):
            continue
        for subject, said in said_of(reading).items():
            for one in said:
                if one.decision.decision_id == key and _is_visible(reading, subject):
                    told = names.did(one.decision)
                    if word == "first":
                        return Done(f"{told}, before you. Nothing of yours was written.", "", is_bad=True)
                    if word == "undone" or one.state == "undone":
                        return Done(f"Taken back: {told}. The next run makes it as if it had never been.", "")
                    return Done(f"{told}. Pending until the next run.", one.decision.decision_id)
    return None


def _is_visible(reading: Reading, subject: str) -> bool:
    return bool(placed(reading, [subject]))

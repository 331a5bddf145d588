"""What a sign of the model of chances counts: the columns of the table `panel` as a reader says them."""

from __future__ import annotations

import re

from muster.reports.values import words

_NAME = re.compile(r"(?:(their|other)_)?(.+?)(?:_(\d+))?")
_ABOUT = {"their": ", about the company as a whole", "other": ", for other solutions", None: ""}
# A window that the name does not say stands here.
_COUNTED = {
    "acts": "acts",
    "points": "points of acts",
    "people": "known people",
    "visitors": "anonymous visitors",
    "seniors": "vice presidents and above",
    "fast": "points that fade by half in 3 weeks",
    "slow": "points that fade by half in 13 weeks",
    "demos": "raised hands in 13 weeks",
    "prices": "looks at prices in 13 weeks",
    "forms": "forms sent in 13 weeks",
    "events": "webinars and events attended in 13 weeks",
    "ads": "advertisements clicked in 13 weeks",
    "reviews": "visits to review sites in 13 weeks",
    "answers": "mails answered in 13 weeks",
    "functions": "different functions of people in 13 weeks",
    "largest": "points of the one person who did most in 13 weeks",
    "shares": "links passed on and read in 13 weeks",
    "upward": "links read by somebody more senior in 13 weeks",
    "score": "score by the rules",
    "in_group": "an open group",
    "age": "weeks since the last act",
    "fit": "fit of the account",
    "past_opened": "opportunities of the account so far",
    "past_won": "opportunities won so far",
    "past_opened_here": "opportunities for this solution so far",
}


def sign_words(name: str) -> str:
    """`their_slow` as a reader says it; a sign of another release by its name without underscores.

    >>> sign_words("their_slow")
    'points that fade by half in 13 weeks, about the company as a whole'
    >>> sign_words("people_4")
    'known people in 4 weeks'
    """
    whole = _COUNTED.get(name)
    if whole:
        return whole
    found = _NAME.fullmatch(name)
    about, stem, weeks = found.groups() if found else (None, name, None)
    if stem not in _COUNTED:
        return words(name)
    return _COUNTED[stem] + (f" in {weeks} weeks" if weeks else "") + _ABOUT[about]

"""A foreign word and the nearest of ours: case and signs say nothing, a tie or a far word is no proposal."""

from __future__ import annotations

import pytest

from muster.readings.nearness import likeness, nearest

OURS = {"page_viewed": ["page_viewed", "read a page"], "email_opened": ["email_opened", "opened a mail"]}


@pytest.mark.parametrize("word", ["page_view", "PageView", "Page Viewed", "VIEWED PAGE", "page-viewed"])
def test_spellings_of_one_word_are_near_it(word: str) -> None:
    near = nearest(word, OURS)
    assert near is not None and near.value == "page_viewed"


def test_what_is_said_of_a_word_is_a_word_for_it_too() -> None:
    near = nearest("Opened a Mail", OURS)
    assert near is not None and (near.value, near.like, near.likeness) == (
        "email_opened",
        "opened a mail",
        100,
    )


@pytest.mark.parametrize("word", ["download", "?", "", "人事部長"])
def test_a_word_that_is_far_from_all_is_left_to_people(word: str) -> None:
    assert nearest(word, OURS) is None


def test_two_that_are_as_near_are_no_proposal() -> None:
    assert nearest("engineer", {"function": ["engineer"], "rank": ["engineer"]}) is None
    near = nearest("engineer", {"function": ["engineer", "engineers"], "rank": ["enginery"]})
    assert near is not None and near.value == "function"


def test_likeness_is_the_same_both_ways_and_whole_for_a_word_itself() -> None:
    assert likeness("Closed - Won", "closed won") == likeness("closed won", "Closed - Won") == 100
    assert likeness("page_view", "page_viewed", least=95) == 0

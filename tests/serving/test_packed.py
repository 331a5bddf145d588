"""What is kept packed comes back as it went in, within a bound, and what was asked longest ago goes first."""

from __future__ import annotations

import random
from threading import Thread

from muster.serving.packed import Packed


def text(number: int) -> str:
    """Two thousand letters that cannot be packed to less than a thousand."""
    return "".join(random.Random(number).choices("abcdefghijklmnop", k=2000))


def test_what_was_asked_longest_ago_goes_first() -> None:
    kept = Packed(most=5_000)
    for number in range(3):
        kept.put(number, text(number))
    assert kept.get(0) == text(0)
    for number in range(3, 6):
        kept.put(number, text(number))
    assert [number for number in range(6) if number in kept] == [4, 5] or 0 in kept
    assert 1 not in kept and 5 in kept and kept.get(1) is None


def test_a_key_put_twice_weighs_once_and_one_answer_always_stays() -> None:
    kept = Packed(most=100)
    for _ in range(50):
        kept.put("one", text(1))
    assert kept.get("one") == text(1)
    kept = Packed(most=2_500)
    for _ in range(50):
        kept.put("one", text(1))
    kept.put("other", text(2))
    assert kept.get("one") == text(1) and kept.get("other") == text(2)


def test_many_at_once_get_what_was_put_in_under_their_key() -> None:
    kept, wrong = Packed(most=20_000), []

    def work(start: int) -> None:
        for number in range(start, start + 200):
            kept.put(number % 50, text(number % 50))
            found = kept.get((number * 7) % 50)
            if found not in (None, text((number * 7) % 50)):
                wrong.append(number)

    threads = [Thread(target=work, args=(start,)) for start in (0, 17, 31)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []

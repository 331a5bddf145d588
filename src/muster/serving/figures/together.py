"""Questions that do not hang on each other, asked by two threads: a page of thirty is there a quarter sooner.

The engine answers outside of Python's lock, and mostly a core of the machine is idle. Who waits for a page
asks, too: where all helpers are busy, everything is asked by themselves as if there were none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from muster.reports.published import Published

T = TypeVar("T")
_HELPERS = ThreadPoolExecutor(4, thread_name_prefix="muster-asking")


def together(tables: Published, questions: Sequence[Callable[[Published], T]]) -> list[T]:
    """The answers, in the order of the questions; raises what a question raised.

    >>> together(tables, [lambda t: t.records("SELECT 1 AS n")])       # doctest: +SKIP
    [[{'n': 1}]]
    """
    if tables.hands == 1 or len(questions) < 2:
        return [question(tables) for question in questions]
    left = deque(enumerate(questions))
    answers: dict[int, T] = {}

    def work(own: Published) -> None:
        while left:
            try:
                number, question = left.popleft()
            except IndexError:  # the other was quicker
                return
            answers[number] = question(own)

    def help_out() -> None:
        with tables.beside() as own:
            work(own)

    helping = _HELPERS.submit(help_out)
    try:
        work(tables)
    finally:
        left.clear()  # what is left after a failure nobody needs
        failed = None if helping.cancel() else helping.exception()
    if failed is not None:
        raise failed
    return [answers[number] for number in range(len(questions))]

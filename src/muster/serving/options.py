"""The choices of a long list, as HTML: eight hundred sellers are escaped once, not for every page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from markupsafe import Markup, escape

_KEPT = 32  # lists: sellers, and the owners, regions and countries of some scopes


def options(choices: Iterable[tuple[str, str]], picked: str = "") -> Markup:
    """What stands in a select or a datalist, for pairs of value and word; `picked` is the value chosen.

    >>> options([("a", "Ada & Co"), ("b", "Bo")], "b")
    Markup('<option value="a">Ada &amp; Co</option><option value="b" selected>Bo</option>')
    """
    told = _written(tuple(choices))
    if not picked:
        return told
    before = Markup('<option value="{}">').format(picked)
    return Markup(str(told).replace(before, before[:-1] + Markup(" selected>"), 1))  # noqa: S704 - escaped


@lru_cache(_KEPT)
def _written(choices: tuple[tuple[str, str], ...]) -> Markup:
    return Markup().join(
        Markup('<option value="{}">{}</option>').format(escape(value), escape(word))
        for value, word in choices
    )

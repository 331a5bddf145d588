"""The page of a back-test in Chromium: nobody is locked out, nothing runs off the screen or clashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.in_chromium import holds

from muster.backtest.judge import Backtest
from muster.backtest.page import write_page


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_page_holds(chromium: Any, found: Backtest, tmp_path: Path, width: int, scheme: str) -> None:
    file = tmp_path / "backtest.html"
    file.write_text(write_page(found), "utf-8")
    holds(chromium, file, width=width, scheme=scheme)

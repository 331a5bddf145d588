"""The examples in the readers' docstrings are true."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import muster.sources

MODULES = [module.name for module in pkgutil.iter_modules(muster.sources.__path__, "muster.sources.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0

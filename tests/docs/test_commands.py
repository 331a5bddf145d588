"""Commands and settings that pages show exist: every `muster ...`, every `make ...`, every piece of TOML."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
from tests.docs.pages import DOCS, ROOT, blocks, pages

from muster.cli.app import app
from muster.config.settings import Config

SETTINGS = [page for page in pages() if blocks(page.read_text("utf-8"), "toml")]
PAGES = [page for page in pages() if blocks(page.read_text("utf-8"), "console")]


def within(group: Any, prefix: str = "") -> dict[str, Any]:
    """Every command of a group by its full name."""
    found: dict[str, Any] = {}
    for name, below in group.commands.items():
        full = f"{prefix} {name}".strip()
        found |= within(below, full) if hasattr(below, "commands") else {full: below}
    return found


COMMANDS = within(typer.main.get_command(app))


def shown(page: Path, program: str) -> list[list[str]]:
    """The command lines of one program on a page, in words, without what it is piped into."""
    text = page.read_text("utf-8")
    lines = [line[2:] for block in blocks(text, "console") for line in block.splitlines() if line[:2] == "$ "]
    found = []
    for line in lines:
        words = shlex.split(line)
        if words[:1] == [program]:
            ends = [number for number, word in enumerate(words) if word in {"|", ">", "<"} or word[0] == "("]
            found.append(words[: min(ends, default=len(words))])
    return found


def named(words: list[str]) -> str:
    """The command a line begins with."""
    said = (" ".join(words[1:end]) for end in (4, 3, 2))
    return next((name for name in said if name in COMMANDS), f"no command: {words}")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_and_options_on_a_page_exist(page: Path) -> None:
    for words in shown(page, "muster"):
        command = COMMANDS[named(words)]
        known = {option for param in command.params for option in param.opts} | {"--help", "-h"}
        options = [word for word in words if re.fullmatch(r"--?[a-z][a-z-]*", word)]
        assert [option for option in options if option not in known] == [], words


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_documented(name: str) -> None:
    page = (DOCS / "reference" / "command-line.md").read_text("utf-8")
    part = page.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
    for param in COMMANDS[name].params:
        assert param.help, f"{name}: {param.name} has no help"
        if param.param_type_name == "option":
            assert ", ".join(param.opts) in part


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_make_targets_on_a_page_exist(page: Path) -> None:
    makefile = ROOT / "Makefile"
    for words in shown(page, "make"):
        assert re.search(rf"^{words[1]}:", makefile.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "page", [p for p in pages() if blocks(p.read_text("utf-8"), "toml")], ids=lambda p: p.stem
)
def test_settings_on_a_page_are_right(page: Path) -> None:
    for block in blocks(page.read_text("utf-8"), "toml"):
        settings = tomllib.loads(block)
        Config.model_validate({"company": {"name": "Acme"}} | settings)

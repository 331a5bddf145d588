"""muster.toml of a workspace, read: variables put in, keys checked, decisions as one more source."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from muster.config.complaints import complaints, line_of, not_toml
from muster.config.settings import DECISIONS, FILE, OLDER_DECISIONS, Config, SourceConfig
from muster.problems import ConfigError, WrongUse

HOW_TO_MAKE_ONE = (
    "Make one in the browser with: mkdir DIR && muster serve -w DIR, or for files with: muster init DIR. "
    "Name one that is there with -w DIR."
)
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def read_config(workspace: Path, *, environment: Mapping[str, str] | None = None) -> Config:
    """Read `muster.toml` of a workspace; `${NAME}` in values comes from the environment.

    Raises WrongUse when the folder is no workspace, ConfigError (naming key and line) otherwise.
    """
    path = workspace / FILE
    if not path.is_file():
        raise WrongUse(
            f"{workspace} is no Muster workspace: it has no {FILE}.",
            remedy=HOW_TO_MAKE_ONE,
        )
    config = config_of(path.read_text("utf-8-sig"), environment=environment)
    return _with_decisions(config, workspace)


def config_of(text: str, *, environment: Mapping[str, str] | None = None) -> Config:
    """The settings that a text of muster.toml holds, without decisions. Raises ConfigError."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise not_toml(error, text) from error
    raw = _expand(raw, os.environ if environment is None else environment, text=text)
    try:
        config = Config.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(complaints(error, text, raw)) from error
    names = [source.name for source in config.source]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError(f'{FILE}: two sources are called "{name}".', remedy="Rename one.", field="name")
    return config


def _with_decisions(config: Config, workspace: Path) -> Config:
    """The settings with people's decisions as further sources, unless one reads them already."""
    own = []
    for name, place in (("older-decisions", OLDER_DECISIONS), ("people-decisions", DECISIONS)):
        path = workspace / place
        read = {(workspace / s.path).resolve() for s in config.source}
        if not path.is_file() or path.resolve() in read:
            continue
        columns = ["decision_id", "kind", "subject_id", "other_id", "reason", "decided_by", "decided_at"]
        with path.open(encoding="utf-8-sig", errors="replace") as stream:
            there = stream.readline().strip().split(",")
            columns += [name for name in ("value", "about_at") if name in there]  # older files have neither
        own.append(
            SourceConfig(
                name=name,
                kind="table",
                path=place,
                table="decision",
                columns={column: column for column in columns},
                encoding="utf-8",
                delimiter=",",
            )
        )
    return config.model_copy(update={"source": (*config.source, *own)}) if own else config


def _expand(value: Any, environment: Mapping[str, str], *, text: str) -> Any:
    if isinstance(value, dict):
        return {k: _expand(v, environment, text=text) for k, v in value.items()}
    if isinstance(value, list):
        return [_expand(v, environment, text=text) for v in value]
    if not isinstance(value, str):
        return value

    def lookup(match: re.Match[str]) -> str:
        if match[1] in environment:
            return environment[match[1]]
        line = line_of(match[0], text)
        raise ConfigError(
            f"{FILE}, line {line}: the environment has no variable {match[1]}.",
            remedy=f"Set it first, as in: {match[1]}=/path/to/data muster run",
        )

    return _VARIABLE.sub(lookup, value)

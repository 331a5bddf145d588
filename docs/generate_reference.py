"""Write the reference pages that the contracts already hold: tables, rules, Salesforce objects, commands.

    python docs/generate_reference.py            write docs/reference/*.md
    python docs/generate_reference.py --check    exit 1 when a committed page is out of date

Everything else under docs/ is written by hand.
"""

from __future__ import annotations

import csv
import io
import sys
import tomllib
from collections.abc import Callable, Iterator
from enum import Enum
from importlib.resources import files
from pathlib import Path
from typing import Any

import typer

from muster.canonical.tables import LINEAGE, Table, flow_tables, replay_tables, source_tables
from muster.cli.app import app
from muster.rules.read import default_text, rule_shapes
from muster.sources.shape import table_rules
from muster.steps import STEPS

DOCS = Path(__file__).parent
NOTES = tomllib.loads((DOCS / "reference_notes.toml").read_text("utf-8"))
NOTICE = "<!-- Written by docs/generate_reference.py; do not edit. -->\n"
CLUSTERS = "Keys that belong together, each with its cluster; joined in Python (`identity/clusters.py`)."
JUDGED = "What the models say of the panel's rows; made in Python (`chances/weekly.py`)."
PUBLISHED = {
    "text": "VARCHAR",
    "instant": "TIMESTAMP (UTC)",
    "day": "DATE",
    "cents": "BIGINT, whole cents",
    "points": "DECIMAL(9,2)",
    "integer": "BIGINT",
    "real": "DOUBLE",
    "flag": "BOOLEAN",
}


def source_tables_page() -> str:
    """What sources are read into, with what each table asks of its rows."""
    lines = ["# Source tables", "", *_intro("source_tables"), ""]
    lines += _table(["column", "type", "meaning"], [[f"`{n}`", t, a] for n, t, a in LINEAGE])
    lines += ["", *_intro("known_at")]
    own = {name for name, _, _ in LINEAGE}
    for table in source_tables().values():
        rules = table_rules()[table.name]
        rows = [[f"`{c.name}`", c.type, c.about] for c in table.columns if c.name not in own]
        needs = ", ".join(f"`{n}`" for n in rules.needs if n != rules.fingerprint)
        lines += ["", f"## {table.name}", "", table.about, ""]
        lines += [f"- key: {_names(table.key)}"]
        if needs:
            lines += [f"- a row without {needs} is set aside"]
        if rules.fingerprint:
            lines += [f"- a file without `{rules.fingerprint}` gets one from the content of each row"]
        lines += [f"- known since: {_names(rules.known_by) or 'always'}"]
        which = "latest version" if rules.keeps == "latest" else "first report"
        lines += [f"- of two rows with one key the {which} stays", ""]
        lines += _table(["column", "type", "meaning"], rows)
    return _page(lines)


def flow_tables_page() -> str:
    """What the flow publishes, step by step, and the tables it only passes through."""
    lines = ["# Flow tables", "", *_intro("flow_tables"), "", "| step | tables |", "|---|---|"]
    for step in ("load", *(s.name for s in STEPS)):
        links = [f"[{n}](#{n})" for n, t in flow_tables().items() if t.step == step]
        if links:
            lines.append(f"| {step} | {', '.join(links)} |")
    paths = {q.name: q.path for step in STEPS for q in step.queries() if q.sql}
    for table in flow_tables().values():
        lines += ["", f"## {table.name}", "", table.about, "", f"- key: {_names(table.key)}"]
        if table.stored_by:
            lines += [f"- stored by: {_names(table.stored_by)}"]
        lines += [f"- made by: {_origin(table, paths)}"]
        pages = NOTES["measures"].get(table.name, [])
        if pages:
            lines += [f"- explained: {', '.join(f'[{p}](../measures/{p}.md)' for p in pages)}"]
        rows = [[f"`{c.name}`", PUBLISHED[c.type], c.about] for c in table.columns]
        lines += ["", *_table(["column", "type", "meaning"], rows)]
    lines += ["", "## Tables inside the flow", "", *_intro("inside"), ""]
    inside = [(step, q) for step in STEPS for q in step.queries() if q.name not in flow_tables()]
    in_python = {"chance": JUDGED}
    rows = [[f"`{q.name}`", step.name, q.about or in_python.get(step.name, CLUSTERS)] for step, q in inside]
    lines += _table(["table", "step", "what it holds"], rows)
    return _page(lines)


def replay_tables_page() -> str:
    """What a replay writes."""
    lines = ["# Replay tables", "", *_intro("replay_tables")]
    for table in replay_tables().values():
        rows = [[f"`{c.name}`", PUBLISHED[c.type], c.about] for c in table.columns]
        lines += ["", f"## {table.name}", "", table.about, "", f"- key: {_names(table.key)}", ""]
        lines += _table(["column", "type", "meaning"], rows)
    return _page(lines)


def rules_page() -> str:
    """The rule files, their columns and the defaults."""
    lines = ["# Rules", "", *_intro("rules")]
    for shape in rule_shapes().values():
        notes = NOTES["rules"][shape.name]
        defaults = list(csv.DictReader(io.StringIO(default_text(shape.name))))
        columns = [[f"`{c}`", kind, notes[c]] for c, kind in shape.columns.items()]
        lines += ["", f"## {shape.name}.csv", "", shape.about, "", f"- key: {_names(shape.key)}"]
        lines += [f"- which row counts: {_small(NOTES['in_force'][shape.name])}", ""]
        lines += _table(["column", "type", "meaning"], columns)
        if not defaults:
            lines += ["", "Default: no rows."]
            continue
        lines += ["", f"Default ({len(defaults)} rows):", ""]
        shown = [c for c in defaults[0] if c != "effective_from"]
        lines += _table(shown, [[row[c] or "" for c in shown] for row in defaults])
    return _page(lines)


def salesforce_page() -> str:
    """What each object of a Salesforce export becomes."""
    text = files("muster.sources").joinpath("salesforce_objects.toml").read_text("utf-8")
    lines = ["# Salesforce objects", "", *_intro("salesforce")]
    for name, body in tomllib.loads(text).items():
        also = dict.fromkeys(a["table"] for a in body.get("also", ()))
        into = _names([body["table"], *also])
        lines += ["", f"## {name}", "", f"- becomes: {into}", f"- needs: {_names(body['needs'])}"]
        lines += [
            f"- wants: {_fields(body['cells'][c])}; without it {said}"
            for c, said in body.get("wants", {}).items()
        ]
        lines += [""]
        read = {column: _fields(how) for column, how in body["cells"].items()}
        rows = [["*(helper)*" if c.startswith("x_") else f"`{c}`", f] for c, f in read.items() if f]
        lines += _table(["column", "field"], rows)
    return _page(lines)


def command_line_page() -> str:
    """Every command with its arguments, options and examples, as `--help` has them."""
    lines = ["# Command line", "", *_intro("command_line")]
    for name, command in commands(typer.main.get_command(app)):
        words = [f"muster {name}"]
        rows = []
        for param in command.params:
            given = _given(param)
            if param.param_type_name == "argument":
                words.append(given if param.required else f"[{given}]")
            told = " ".join((getattr(param, "help", "") or "").split())
            if isinstance(shown := getattr(param, "show_default", None), str):
                told += f" Default: {shown}."
            rows.append([f"`{given}`", told + (" Required." if param.required else "")])
        about = " ".join((command.help or "").split())
        lines += ["", f"## {name}", "", about, "", f"Usage: `{' '.join(words)} [OPTIONS]`", ""]
        lines += _table(["argument or option", "meaning"], rows)
        examples = [line.strip() for line in (command.epilog or "").splitlines() if line.strip()]
        lines += ["", "```console", *[f"$ {line}" for line in examples if line.startswith("muster ")], "```"]
    return _page(lines)


def commands(command: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every command below one, with its full name, without `--help`."""
    for name, below in getattr(command, "commands", {}).items():
        full = f"{prefix} {name}".strip()
        if hasattr(below, "commands"):
            yield from commands(below, full)
        else:
            yield full, below


def pages() -> dict[str, Callable[[], str]]:
    """The pages this script writes, by file name."""
    return {
        "source-tables.md": source_tables_page,
        "flow-tables.md": flow_tables_page,
        "replay-tables.md": replay_tables_page,
        "rules.md": rules_page,
        "salesforce-objects.md": salesforce_page,
        "command-line.md": command_line_page,
    }


def _given(param: Any) -> str:
    """An option as one types it, an argument by its name."""
    if param.param_type_name == "argument":
        return str(param.metavar or param.name).upper().strip("[]{}").replace("...", "")
    choices = "|".join(each.value for each in type(param.default)) if isinstance(param.default, Enum) else ""
    value = "" if param.is_flag else f" {param.metavar or choices or str(param.name).upper()}"
    return ", ".join(param.opts) + value


def _intro(name: str) -> list[str]:
    text: str = NOTES["intro"][name]
    return text.strip().splitlines()


def _fields(how: Any) -> str:
    given = how.get("fields", ()) if isinstance(how, dict) else how
    return " or ".join(f"`{f}`" for f in ([given] if isinstance(given, str) else given))


def _origin(table: Table, paths: dict[str, Path]) -> str:
    if table.name not in paths:
        return "the step `load` (Python: `src/muster/sources/`)"
    place = "/".join(paths[table.name].parts[-2:])
    return f"[{place}](../../src/muster/{place})"


def _names(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _small(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].rstrip(".")


def _table(header: list[str], rows: list[list[str]]) -> list[str]:
    return [*_lines(header, rows)]


def _lines(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _page(lines: list[str]) -> str:
    return NOTICE + "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check say which are out of date."""
    stale = []
    for name, page in pages().items():
        path, text = DOCS / "reference" / name, page()
        if "--check" not in arguments:
            path.write_text(text, "utf-8")
        elif not path.is_file() or path.read_text("utf-8") != text:
            stale.append(name)
    for name in stale:
        sys.stdout.write(f"docs/reference/{name} is out of date: python docs/generate_reference.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

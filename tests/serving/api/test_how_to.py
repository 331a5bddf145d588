"""The lines of docs/how-to/use-the-api.md, as a shell and curl read them."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from string import Template

from tests.access.invented_accounts import hand_off_of
from tests.serving.api.conftest import Office

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "use-the-api.md"
ADDRESS = "http://127.0.0.1:8642"


def test_every_line_of_the_how_to_is_answered(opened: Callable[..., Office]) -> None:
    office = opened()
    lines = [line for line in HOW_TO.read_text("utf-8").splitlines() if line.startswith("curl ")]
    assert len(lines) > 8
    known = {
        "MUSTER_TOKEN": office.token_of("marketer"),
        "API": f"{ADDRESS}/api/v1",
        "HAND_OFF": hand_off_of("a0"),
    }
    client = office.client(None)
    answers = {}
    for line in lines:
        given = shlex.split(Template(line).substitute(known))[1:]
        headers, body, address = {}, None, ""
        while given:
            match given.pop(0):
                case "-H":
                    name, _, value = given.pop(0).partition(": ")
                    headers[name] = value
                case "-d":
                    body = given.pop(0)
                case other:
                    address = other
        method = "GET" if body is None else "POST"
        answer = client.request(method, address.removeprefix(ADDRESS), headers=headers, content=body)
        answers[line] = answer.status_code
    expected = {line: 404 if "/none" in line else 201 if "-d" in line else 200 for line in lines}
    assert answers == expected

"""No byte that a rep's token reads hangs on what is outside of their territory, headers included (R31)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.access.invented_accounts import INSIDE, OUTSIDE, group_of, hand_off_of
from tests.access.test_territories import forget_scopes
from tests.serving.api.conftest import Office

from muster.access.scope import Scope
from muster.serving.api.resources import RESOURCES, measures

ACCOUNTS = (*INSIDE, *OUTSIDE)
PATHS = (
    *(f"/{resource.name}?limit={limit}" for resource in RESOURCES for limit in (2, 200)),
    *(f"/{resource.name}?updated_since=2024-02-01T00:00:00Z" for resource in RESOURCES),
    *(
        f"/{resource.name}?{f.name}={a}"
        for resource in RESOURCES
        for f in resource.filters
        for a in ("a3", "true")
    ),
    *(f"/groups/{group_of(account)}" for account in ACCOUNTS),
    *(f"/hand-offs/{hand_off_of(account)}" for account in ACCOUNTS),
    *(f"/accounts/{account}" for account in ACCOUNTS),
    *(f"/people/p-{number}-{account}" for account in ACCOUNTS for number in (0, 1)),
    *(f"/members?buying_group_id={group_of(account)}" for account in ACCOUNTS),
    *(f"/measures/{name}/rows" for name in list(measures())[:3]),
    *("/measures", "/runs", "/nothing"),
)
_TELLING = ("etag", "link", "content-type", "content-length", "muster-as-of")


def what_is_read(office: Office, paths: tuple[str, ...] = PATHS) -> dict[str, tuple[object, ...]]:
    """Status, telling headers and body of every address; lists as CSV, too."""
    client, told = office.client("rep"), {}
    asked = [(path, "application/json") for path in paths]
    for path, kind in (*asked, *((f"/{resource.name}", "text/csv") for resource in RESOURCES)):
        answer = client.get(f"/api/v1{path}", headers={"accept": kind})
        headers = tuple(answer.headers.get(name) for name in _TELLING)
        told[f"{kind} {path}"] = (answer.status_code, headers, answer.content)
    return told


def test_what_is_outside_changes_no_byte(
    opened: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.serving.api.callers.CALLS", 10**6)
    first, *others = (what_is_read(opened(noise=noise)) for noise in range(2))
    assert sum(status == 200 for status, *_ in first.values()) > 60
    for other in others:
        assert {path for path in first if first[path] != other[path]} == set()


def test_and_a_view_that_lets_everything_through_is_noticed(
    opened: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_scopes(monkeypatch)
    monkeypatch.setattr(
        Scope, "_view", lambda _, name, __: f'CREATE VIEW "{name}" AS SELECT * FROM all_rows."{name}"'
    )
    lists = tuple(f"/{resource.name}" for resource in RESOURCES)
    first, other = (what_is_read(opened(noise=noise), lists) for noise in range(2))
    assert {path for path in first if first[path] == other[path]} == set()

"""A package beside Muster adds a qualification policy by an entry point; the rules choose it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.plugins.installing import installed, run

from muster.plugins import QualificationPolicy, qualification_policies
from muster.problems import RuleError
from muster.testing import account, company, engaged

POLICY = '''
from muster.plugins import QualificationPolicy

HAND_RAISE = QualificationPolicy(
    "hand_raise",
    """
    SELECT
        s.buying_group_id,
        MIN(s.at) AS from_at,
        CAST(NULL AS BIGINT) AS to_at,
        'faded' AS end_cause,
        'somebody raised a hand' AS reason,
        CAST(NULL AS VARCHAR) AS end_reason
    FROM score_state AS s
    WHERE s.hand_raises > 0
    GROUP BY s.buying_group_id
    """,
)
'''
RUN = """
import json, sys
from pathlib import Path
from muster.testing import account, company, engaged, rows
ws = company(
    Path(sys.argv[1]),
    account("Acme"),
    engaged("2025-01-06 09:00", "ana@acme.example", "page_viewed"),
    engaged("2025-01-08 09:00", "ana@acme.example", "demo_requested"),
    rules={"policies": "solution_id,policy,effective_from\\n*,hand_raise,1970-01-01\\n"},
)
sql = "SELECT status, CAST(from_at AS VARCHAR) AS since, reason FROM qualification WHERE status = 'qualified'"
print(json.dumps(rows(ws, sql)))
"""


def test_an_installed_policy_says_who_is_qualified(tmp_path: Path) -> None:
    beside = installed(tmp_path, POLICY, "muster.qualification_policies", "HAND_RAISE")
    done = run(RUN, str(tmp_path / "ws"), beside=beside)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == [
        {"status": "qualified", "since": "2025-01-08 09:00:00", "reason": "somebody raised a hand"}
    ]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("*,capacities,1970-01-01", "there is no policy 'capacities'"),
        ("crm,points,1970-01-01", "lacks a policy for every solution"),
    ],
)
def test_a_policy_that_is_not_there_is_named(tmp_path: Path, rows: str, complaint: str) -> None:
    records = (account("Acme"), engaged("2025-01-06 09:00", "ana@acme.example", "demo_requested"))
    with pytest.raises(RuleError, match=complaint):
        company(tmp_path, *records, rules={"policies": f"solution_id,policy,effective_from\n{rows}\n"})


def test_musters_own_policies_come_in_by_the_same_door() -> None:
    policies = qualification_policies()
    assert [policy.name for policy in policies] == ["capacity", "points", "probability"]
    assert all(isinstance(policy, QualificationPolicy) for policy in policies)

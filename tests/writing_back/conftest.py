"""A company with open groups, and a CRM beside it that speaks Salesforce's wire on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.messages.told_company import at, published
from tests.writing_back.fake_salesforce import CLIENT, HOST, SECRET, FakeSalesforce, speaking

from muster.config.reading import read_config
from muster.config.settings import Config
from muster.writing_back.salesforce import Salesforce

ACME, ZETA = "001000000000001AAA", "001000000000002AAA"
VERA, BO = "003000000000001AAA", "00Q000000000001AAA"  # a contact and a lead
FIELDS = """
[[crm_write_back.field]]
object = "Account"
field = "Muster_Status__c"
value = "status"
[[crm_write_back.field]]
object = "Account"
field = "Muster_Score__c"
value = "score"
solution = "cloud"
[[crm_write_back.field]]
object = "Account"
field = "Muster_Why__c"
value = "why_now"
[[crm_write_back.field]]
object = "Account"
field = "Muster_Link__c"
value = "link"
[[crm_write_back.field]]
object = "Contact"
field = "Muster_Role__c"
value = "role"
[[crm_write_back.field]]
object = "Lead"
field = "Muster_Role__c"
value = "role"
[[crm_write_back.field]]
object = "Lead"
field = "Muster_Role_Confidence__c"
value = "role_confidence"
"""


def rows() -> dict[str, list[dict[str, Any]]]:
    """Acme weighs two solutions, Zeta one; Vera decides and Bo uses at Acme. One old group was lost."""
    groups = (
        ("g1", "acme", "cloud"),
        ("g2", "acme", "desk"),
        ("g3", "zeta", "cloud"),
        ("g0", "acme", "cloud"),
    )
    since = {"from_at": at(20), "to_at": None}
    return {
        "account": [{"account_id": a, "name": a.title()} for a in ("acme", "zeta")],
        "account_alias": [
            {"account_record_id": ACME, "account_id": "acme"},
            {"account_record_id": "acme-in-marketing", "account_id": "acme"},
            {"account_record_id": ZETA, "account_id": "zeta"},
        ],
        "buying_group": [
            {"buying_group_id": g, "account_id": a, "solution_id": s, "opened_at": at(1, month=1)}
            | {"closed_at": at(2) if g == "g0" else None}
            for g, a, s in groups
        ],
        "qualification": [
            {"buying_group_id": "g0", "status": "qualified", **since},
            {"buying_group_id": "g1", "status": "engaged", "from_at": at(1), "to_at": at(20)},
            {"buying_group_id": "g1", "status": "qualified", **since},
            {"buying_group_id": "g2", "status": "engaged", **since},
            {"buying_group_id": "g3", "status": "engaged", **since},
        ],
        "score": [
            {"buying_group_id": "g1", "scored_at": at(10), "score": Decimal("20.00")},
            {"buying_group_id": "g1", "scored_at": at(20), "score": Decimal("61.50")},
            {"buying_group_id": "g2", "scored_at": at(20), "score": Decimal("90.00")},
            {"buying_group_id": "g3", "scored_at": at(20), "score": Decimal("12.00")},
        ],
        "score_reason": [
            _reason("engagement", "three people at the webinar", 20, "12.00"),
            _reason("fit", "fits well", 20, "30.00"),
            _reason("frame_control", "passed the paper on", 20, "20.00"),
            _reason("engagement", "of long ago", 10, "50.00"),
        ],
        "member": [
            _member("g1", "p1", "decision_maker", 0.9),
            _member("g2", "p1", "champion", 0.5),
            _member("g1", "p2", "user", 0.425),
            _member("g0", "p2", "champion", 1.0),
        ],
        "person_alias": [
            {"person_record_id": VERA, "person_id": "p1"},
            {"person_record_id": BO, "person_id": "p2"},
        ],
    }


def _reason(component: str, sentence: str, day: int, points: str) -> dict[str, Any]:
    known = {"component": component, "reason": sentence, "sentence": sentence, "points": Decimal(points)}
    return {"buying_group_id": "g1", "scored_at": at(day), **known}


def _member(group: str, person: str, role: str, confidence: float) -> dict[str, Any]:
    known = {"buying_group_id": group, "person_id": person, "role": role}
    return {**known, "role_confidence": confidence, "joined_at": at(20)}


@dataclass
class Company:
    """A workspace, the peer that plays its CRM, and the client that reaches it."""

    workspace: Path
    fake: FakeSalesforce
    url: str
    ca_file: Path

    @property
    def config(self) -> Config:
        """Its settings, as they are in the file now."""
        return read_config(self.workspace)

    def crm(self, **others: Any) -> Salesforce:
        """The real client library; the CRM's name leads to this machine, which the settings allow."""
        given = {
            "environment": {"MUSTER_SALESFORCE_CLIENT_ID": CLIENT, "MUSTER_SALESFORCE_CLIENT_SECRET": SECRET}
        }
        return Salesforce(
            self.config.crm_write_back, resolver=lambda *_: ["127.0.0.1"], seconds=(2, 1), **given | others
        )

    def publish(self, tables: dict[str, list[dict[str, Any]]], *, as_of: datetime | None = None) -> None:
        """Put other tables in force."""
        published(self.workspace, tables, **({"as_of": as_of} if as_of else {}))


@pytest.fixture
def acme(tmp_path: Path) -> Iterator[Company]:
    """The company, its CRM with its four records, and fields that nobody filled yet."""
    fake = FakeSalesforce(
        records={
            ACME: {"type": "Account"},
            ZETA: {"type": "Account"},
            VERA: {"type": "Contact"},
            BO: {"type": "Lead", "IsConverted": False},
        }
    )
    published(tmp_path, rows())
    with speaking(fake, tmp_path) as (url, ca_file):
        (tmp_path / "muster.toml").write_text(
            '[company]\nname = "Acme"\n[serve]\npublic_url = "https://muster.example.com"\n'
            f'[crm_write_back]\ninstance_url = "{url}"\nca_file = "{ca_file}"\n'
            f'inward_hosts = ["{HOST}"]\n{FIELDS}'
        )
        yield Company(tmp_path, fake, url, ca_file)

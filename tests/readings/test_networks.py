"""Which networks are companies: host names as real logs have them, the rules, and the accounts we sell to."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from muster.problems import RuleError
from muster.readings.mail import MailDomains
from muster.readings.networks import Networks, is_line, read_networks
from muster.rules.read import read_rules

RULES = read_rules(Path("no-rules-of-its-own"))
DOMAINS = MailDomains(RULES["mail_domains"], own=["us.example"], free=[])


def networks(*customers: str, rows: tuple[dict[str, str], ...] = ()) -> Networks:
    """The shipped rules, after a company's own."""
    return Networks([*RULES["networks"], *rows], DOMAINS, customers=customers)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("acme.com", ("acme.com", "company")),
        ("https://www.acme.co.uk/", ("acme.co.uk", "company")),
        ("gateway.cary.ibm.com", ("ibm.com", "company")),
        ("www-proxy.crl.research.digital.com", ("digital.com", "company")),  # a firm's own proxy is the firm
        ("ec2-3-5-7-9.eu-west-1.compute.amazonaws.com", (None, "hosting")),
        ("AMAZONAWS.COM", (None, "hosting")),
        ("notamazonaws.com", ("notamazonaws.com", "company")),
        ("node7.mullvad.net", (None, "vpn")),
        ("gateway.zscaler.net", (None, "proxy")),
        ("c-24-12-9-4.hsd1.il.comcast.net", (None, "isp")),
        ("gmail.com", (None, "isp")),
        ("cs.stanford.edu", (None, "university")),
        ("hip.cam.ac.uk", (None, "university")),
        ("u-tokyo.ac.jp", (None, "university")),
        ("macedu.com", ("macedu.com", "company")),
        ("vpn3.us.example", (None, "own")),
        ("199.72.81.55", (None, "unknown")),
        ("", (None, "unknown")),
        ("not a host", (None, "unknown")),
    ],
)
def test_a_network_is_read_as(said: str, expected: tuple[str | None, str]) -> None:
    assert networks().read(said) == expected


def test_a_university_that_we_sell_to_is_a_company() -> None:
    assert networks("stanford.edu").read("cs.stanford.edu") == ("stanford.edu", "company")


def test_a_companys_own_rows_come_first_and_longer_ends_too() -> None:
    own = networks(
        rows=(
            {"domain": "lab.amazonaws.com", "kind": "company"},
            {"domain": "guests.acme.com", "kind": "isp"},
        )
    )
    assert own.read("x.lab.amazonaws.com")[1] == "company"
    assert own.read("x.amazonaws.com") == (None, "hosting")
    assert own.read("a.guests.acme.com") == (None, "isp")
    assert own.read("acme.com") == ("acme.com", "company")


def test_an_unknown_kind_says_which_there_are() -> None:
    with pytest.raises(RuleError, match="no kind 'cloud'"):
        networks(rows=({"domain": "x.com", "kind": "cloud"},))


@pytest.mark.parametrize(
    "host",
    [
        *("ip16-085.phx.primenet.com", "slip132.indirect.com", "ppp046.st.rim.or.jp", "h96-185.ccnet.com"),
        *("blv-pm0-ip28.halcyon.com", "ts02-ind-27.iquest.net", "usr7-dialup46.chicago.mci.net"),
        *("port26.annex2.nwlink.com", "cust28.max1.chicago.il.ms.uu.net", "modem1.netsurf.de"),
        *("p5b0c1d2e.dip0.t-ipconnect.de", "81-2-69-142.static.example.net", "pool-96-232.fios.example.net")[
            1:
        ],
    ],
)
def test_lines_that_providers_let_show_in_their_names(host: str) -> None:
    assert is_line(host, ".".join(host.split(".")[-2:]))


@pytest.mark.parametrize(
    "host", ["mail.acme.com", "scooter.pa-x.dec.com", "jericho3.microsoft.com", "news.ti.com", "w3.esa.nl"]
)
def test_companies_machines_are_no_lines(host: str) -> None:
    assert not is_line(host, ".".join(host.split(".")[-2:]))


def test_the_table_has_a_row_for_each_network() -> None:
    table = read_networks(["acme.com", "amazonaws.com"], networks())
    assert table.to_pylist() == [
        {"said": "acme.com", "domain": "acme.com", "kind": "company"},
        {"said": "amazonaws.com", "domain": None, "kind": "hosting"},
    ]


@pytest.mark.shared
def test_hosts_of_a_real_log(shared_data: Path) -> None:
    """936 hosts of July 1995: half of them dialled in; the companies we know among them are found."""
    file = shared_data / "data" / "nasa_http_sample" / "nasa_19950701.tsv"
    with file.open(encoding="latin-1", newline="") as stream:
        hosts = sorted({row[0] for row in csv.reader(stream, delimiter="\t")} - {"host"})
    read = {host: networks().read(host) for host in hosts}
    kinds = Counter(kind for _, kind in read.values())
    found = Counter(domain for domain, kind in read.values() if kind == "company")
    assert kinds["unknown"] == 118 and kinds["university"] >= 75 and kinds["isp"] >= 430
    named = {
        "ibm.com",
        "hp.com",
        "xerox.com",
        "microsoft.com",
        "ti.com",
        "sgi.com",
        "honeywell.com",
        "bp.com",
    }
    assert named <= set(found)
    providers = {"netcom.com", "compuserve.com", "primenet.com", "aol.com", "ozemail.com.au", "indirect.com"}
    assert not providers & set(found)

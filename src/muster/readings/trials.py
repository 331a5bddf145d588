"""Which addresses stand for no real person: test@, ana+test@, anything at a domain reserved for examples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from muster.problems import RuleError

_KINDS = ("local_part", "domain", "name")
# Reserved for tests (RFC 2606). Not `.example`: invented companies, such as the bundled ones, live there.
_RESERVED = (".test", ".invalid", ".localhost")


class TestAddresses:
    """The rules of test_records.csv about addresses; those about names are joined where records are."""

    __test__ = False  # the name is the field's word, not a test case

    def __init__(self, rows: Iterable[Mapping[str, object]]) -> None:
        said: dict[str, set[str]] = {kind: set() for kind in _KINDS}
        for row in rows:
            if row["kind"] not in said:
                raise RuleError(
                    f"rules/test_records.csv: there is no kind {row['kind']!r}.",
                    remedy=f"Use {', '.join(_KINDS)}.",
                )
            said[str(row["kind"])].add(str(row["text"]).lower())
        self._local_parts, self._domains = said["local_part"], said["domain"]

    def is_test_domain(self, host: str) -> bool:
        """Whether nobody writes from there: example.com and what lies below it."""
        if host.endswith(_RESERVED):
            return True
        labels = host.split(".")
        return any(".".join(labels[start:]) in self._domains for start in range(len(labels) - 1))

    def is_test(self, email: str) -> bool:
        """Whether an address says of itself that it is a test.

        >>> tests = TestAddresses([{"kind": "local_part", "text": "test"}])
        >>> [tests.is_test(f"{name}@acme.com") for name in ("test", "test12", "ana+test", "testa.rossa")]
        [True, True, True, False]
        """
        local, _, host = email.lower().rpartition("@")
        parts = {re.sub(r"[-_.]?\d+$", "", part) for part in (local, local.partition("+")[2])}
        return bool(parts & self._local_parts) or self.is_test_domain(host)


NO_TESTS = TestAddresses(())

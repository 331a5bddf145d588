"""The part of a company name that tells it from others: no legal form, case, accents or punctuation."""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa

from muster.readings.companies.names import CompanyName, is_acronym_of, read_name

__all__ = ["CompanyName", "company_key", "is_acronym_of", "read_companies", "read_name"]


def company_key(name: str) -> str | None:
    """The name without its legal form: `ACME Söhne GmbH & Co. KG` -> `acme sohne`; None when nothing is left.

    >>> company_key("Cedar Telecom, Inc.")
    'cedar telecom'
    """
    return read_name(name).key


def read_companies(names: Iterable[str]) -> pa.Table:
    """`reading_company`: said, name_key."""
    said = list(names)
    return pa.table(
        {
            "said": pa.array(said, pa.string()),
            "name_key": pa.array([company_key(n) for n in said], pa.string()),
        }
    )

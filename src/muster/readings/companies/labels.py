"""Whether a domain has a company's name: `starbucks.com` has that of Starbucks, `myodoo.com` not Odoo's."""

from __future__ import annotations

from muster.readings.companies.names import CompanyName
from muster.readings.companies.weights import is_telling
from muster.readings.companies.words import words


def fits_label(name: CompanyName, label: str) -> bool:
    """Whether a domain's own label is the name, its initials, or its telling first words.

    >>> from muster.readings.companies import read_name
    >>> fits_label(read_name("Starbucks Corp."), "starbucks"), fits_label(read_name("Odoo SA"), "myodoo")
    (True, False)
    """
    if name.key is None:
        return False
    bare = label.replace("-", "")
    every = [w for w in words(name.said) if w != "and"]
    own = name.key.split()
    main = [w for w in own if w not in {"of", "the", "for"}]
    starts = {"".join(own), "".join(every), "".join(every).removeprefix("the"), name.acronym}
    starts |= {"".join(own[:n]) for n in range(1, len(own)) if is_telling(" ".join(own[:n]))}
    starts |= {"".join(w[0] for w in some) for some in (own, main) if len(some) > 1}
    return bare in starts | {other.replace(" ", "") for other in name.others}

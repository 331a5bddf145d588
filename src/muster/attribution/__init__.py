"""Attribution models over paths of channels: exact, deterministic, the same whatever the order of the rows.

    >>> from muster.attribution.compare import attribute
    >>> from muster.attribution.paths import paths_of
    >>> found = attribute(paths_of([("search > mail", 1, 100), ("mail", 1, 50)]))
    >>> {c: str(v) for c, v in zip(found.channels, found.models["linear"].value)}
    {'mail': '100', 'search': '50'}

Credit divides what was won by a rule. It is not what would have been lost without a channel.
"""

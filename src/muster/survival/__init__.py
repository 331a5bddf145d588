"""Shares and times of what is still on its way: incidence, restricted means, chances by stage and age.

    >>> import numpy as np
    >>> from muster.survival.incidence import curve
    >>> won = curve(np.array([10, 20, 30]), np.array([1, 2, 0]))  # won after 10 days, lost after 20, open
    >>> round(float(won.incidence(1)[-1]), 4)
    0.3333

Nothing here knows of opportunities: what is watched, for how long and how it ended come in as numbers.
"""

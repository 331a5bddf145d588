"""The step `hand_off`: the whole group goes to sales once; later people and shares are news of it; the rest is nurtured."""

"""The step `hand_off`: the whole group goes to sales once, later people are news, the rest is nurtured."""

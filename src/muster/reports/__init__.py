"""Readers of the published tables that make something for people: the board pack in dollars."""

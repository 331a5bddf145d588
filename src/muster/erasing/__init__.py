"""Erasing: one person out of every place that Muster writes, and what was kept long enough."""

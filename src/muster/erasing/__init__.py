"""Erasing one person: named once, out of every place that Muster writes, and kept out of what it reads."""

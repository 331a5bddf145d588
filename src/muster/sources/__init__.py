"""Records in: files of CRM exports and marketing tools, read into the canonical tables."""

from muster.sources.load import Loaded, load

__all__ = ["Loaded", "load"]

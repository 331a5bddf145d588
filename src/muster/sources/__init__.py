"""Records in: files of CRM exports and marketing tools, read into the canonical tables (see load.py)."""

"""The API, version 1: what the pages show, for programs. Read `resources.py` for what it lists."""

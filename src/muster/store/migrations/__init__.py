"""Alembic's side of the store: how each version becomes the next."""

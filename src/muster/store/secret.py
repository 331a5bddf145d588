"""Secrets that are drawn by us: links, sessions, tokens. The store knows their SHA-256 alone.

They are 256 random bits, so a hash without salt or delay gives nothing away that could be guessed.
"""

from __future__ import annotations

import hashlib
import secrets

_BYTES = 32


def new_secret() -> str:
    """256 random bits as text that a link and a header can carry."""
    return secrets.token_urlsafe(_BYTES)


def hashed(secret: str) -> str:
    """What the store keeps of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

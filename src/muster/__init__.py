"""Muster: buying groups instead of marketing-qualified leads."""

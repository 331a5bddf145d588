"""Which account records are one organisation: how alike names are, and what else speaks for or against it."""

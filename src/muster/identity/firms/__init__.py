"""Which account records are one organisation: how alike two names are, and what else speaks for or against it."""

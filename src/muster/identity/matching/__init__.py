"""Which records are one person although no rule says so: pairs weighed, and joined where nothing objects."""

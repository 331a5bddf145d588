"""The web app: pages for reps, marketers and the CMO, of the run in force, as far as each may see it."""

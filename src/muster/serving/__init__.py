"""The web app: pages for reps, marketers and the CMO, read from the run in force as far as a viewer may see."""

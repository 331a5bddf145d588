"""muster.toml: what may stand there, how it is read, and how we say what is wrong with it."""

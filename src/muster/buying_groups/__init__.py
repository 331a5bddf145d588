"""The step `form`: the people of an account who weigh one solution become a buying group."""

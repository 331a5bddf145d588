"""A person's page: where they work, the groups and roles they had, what they did, the records behind them."""

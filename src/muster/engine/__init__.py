"""Runs core SQL: DuckDB embedded, Spark or Sail where data outgrow it; checks and publishes tables."""

"""One programme's page."""

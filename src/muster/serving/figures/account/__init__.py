"""An account's page: where it stands, its groups, people, visits and deals, and what reached it."""

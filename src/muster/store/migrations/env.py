"""Run by Alembic: all migrations in one transaction of the connection that `upgrade` gives it.

So a store whose upgrade was killed is the store before it, on SQLite as on PostgreSQL.
"""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()

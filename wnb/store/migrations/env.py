"""What Alembic runs: the migrations on the connection it was handed, in the transaction that is already begun."""

from alembic import context
from sqlalchemy import Connection

from wnb.store.models import Base

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()

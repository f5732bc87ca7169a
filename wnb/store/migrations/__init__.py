"""How the casebook's tables came to be, one file a step, run by Alembic from inside the package."""

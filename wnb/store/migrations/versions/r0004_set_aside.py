"""Which appointments people set aside as not counted, or count again; it only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and let the database refuse to change it."""
    op.create_table(
        "set_aside",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("again", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("after_night", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """CREATE FUNCTION set_aside_only_grows() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'what was set aside is never changed or cut'; END $$"""
        )
        op.execute(
            """CREATE TRIGGER set_aside_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON set_aside
               FOR EACH STATEMENT EXECUTE FUNCTION set_aside_only_grows()"""
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""CREATE TRIGGER set_aside_no_{verb.lower()} BEFORE {verb} ON set_aside
                BEGIN SELECT RAISE(ABORT, 'what was set aside is never changed or cut'); END"""
        )

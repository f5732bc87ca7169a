"""What people decided of whether two children are one; it only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table, and let the database refuse to change it."""
    op.create_table(
        "link_decisions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("one_key", sa.Text(), nullable=False),
        sa.Column("other_key", sa.Text(), nullable=False),
        sa.Column("one_child", sa.Text(), nullable=False),
        sa.Column("other_child", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("replaces", sa.JSON(), nullable=False),
        sa.Column("named", sa.JSON(), nullable=False),
        sa.Column("after_night", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_decisions")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """CREATE FUNCTION link_decisions_only_grow() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'who was said to be one child is never changed or cut'; END $$"""
        )
        op.execute(
            """CREATE TRIGGER link_decisions_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON link_decisions
               FOR EACH STATEMENT EXECUTE FUNCTION link_decisions_only_grow()"""
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""CREATE TRIGGER link_decisions_no_{verb.lower()} BEFORE {verb} ON link_decisions
                BEGIN SELECT RAISE(ABORT, 'who was said to be one child is never changed or cut'); END"""
        )

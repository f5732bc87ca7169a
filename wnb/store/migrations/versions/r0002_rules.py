"""The register of rules: who proposed a version, who approved it, and from when; it only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("rules_proposals", "rules_approvals")


def upgrade() -> None:
    """Make the two tables, and let the database refuse to change them."""
    op.create_table(
        "rules_proposals",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("after_night", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_proposals")),
        sa.UniqueConstraint("version", name=op.f("uq_rules_proposals_version")),
    )
    op.create_table(
        "rules_approvals",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("proposal_id", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("approved_at", sa.DateTime(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("whatif_sha256", sa.String(length=64), nullable=True),
        sa.Column("after_night", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["proposal_id"], ["rules_proposals.id"], name=op.f("fk_rules_approvals_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_approvals")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            """CREATE FUNCTION rules_only_grow() RETURNS trigger LANGUAGE plpgsql AS
               $$ BEGIN RAISE EXCEPTION 'the register of rules is never changed or cut'; END $$"""
        )
        for table in TABLES:
            op.execute(
                f"""CREATE TRIGGER {table}_only_grow BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
                    FOR EACH STATEMENT EXECUTE FUNCTION rules_only_grow()"""
            )
        return
    for table in TABLES:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"""CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
                    BEGIN SELECT RAISE(ABORT, 'the register of rules is never changed or cut'); END"""
            )

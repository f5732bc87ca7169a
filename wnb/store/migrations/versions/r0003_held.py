"""A case may be held by a guard: a third state in which its child is on a desk's list or one of its sheets."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATES = "state IN ('open', 'waiting', 'held', 'closed', 'joined')"
LIVE = sa.text("state IN ('open', 'waiting', 'held')")


def upgrade() -> None:
    """Let the table take the state, and let at most one live case of a child and desk count it."""
    op.drop_index("ix_cases_live", "cases")
    with op.batch_alter_table("cases") as cases:  # SQLite cannot change a constraint: there the table is made anew
        cases.drop_constraint(op.f("ck_cases_state"), type_="check")
        cases.create_check_constraint(op.f("ck_cases_state"), STATES)
    op.create_index(
        "ix_cases_live", "cases", ["child_id", "desk"], unique=True, sqlite_where=LIVE, postgresql_where=LIVE
    )

"""The casebook on PostgreSQL is the casebook: one server of the test's own, and the same promises."""

import os
import shutil
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from tests.casework import SATURDAY, commit, finding, seen
from tests.conftest import missing
from wnb.cases import State
from wnb.casework import CLOSING_REASONS
from wnb.governed import Approval, Proposal
from wnb.not_counted import SettingAside
from wnb.one_child import LinkDecision, Verdict
from wnb.store.casebook import Casebook
from wnb.store.database import is_there
from wnb.store.models import Base

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SUNDAY = SATURDAY + timedelta(days=1)
PORT = 54_329  # of a socket in a folder of its own: nothing listens on the network


def programs() -> Path | None:
    """The folder of `initdb` and `pg_ctl`."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return places[-1] if places else None


@pytest.fixture(scope="module")
def server():
    """The URL of an empty database."""
    there = programs()
    if there is None or not find_spec("psycopg"):
        missing("PostgreSQL, or psycopg,")
    as_user = []
    if os.name == "posix" and os.geteuid() == 0:  # it refuses to be run by root
        if not shutil.which("runuser"):
            missing("a user who may run PostgreSQL")
        as_user = ["runuser", "-u", "postgres", "--"]
    folder = Path(tempfile.mkdtemp(prefix="wnb-"))  # a socket's path must be short
    folder.chmod(0o777)

    def run(program, *rest):
        subprocess.run([*as_user, there / program, "-D", folder / "data", *rest], check=True, stdout=subprocess.DEVNULL)

    run("initdb", "--auth=trust", "--username=wnb", "--no-sync")
    run("pg_ctl", "-w", "-l", folder / "log", "-o", f"-k {folder} -h '' -p {PORT}", "start")
    yield f"postgresql+psycopg://wnb@/postgres?host={folder}&port={PORT}"
    run("pg_ctl", "-m", "immediate", "stop")
    shutil.rmtree(folder)


def test_nights_and_decisions_read_back_and_the_audit_cannot_be_changed(server, tmp_path):
    with Casebook.open(server, tmp_path, b"k" * 32, AT) as casebook:
        first = commit(casebook, SATURDAY, finding(), finding("c-2"), finding("c-3", rests_on="a spike"))
        assert casebook.cases() == first.cases
        assert [case.child_id for case in first.cases if case.state is State.HELD] == ["c-3"]
        closed = casebook.close_case("c-1", CLOSING_REASONS[0], "A. Lead", AT)
        assert casebook.case(closed.id).closing.at == AT
        second = commit(casebook, SUNDAY, finding("c-2", seen("gp/1")))
        assert casebook.cases() == second.cases
        assert [left.child_id for left in casebook.exits(SUNDAY)] == ["c-1"]
        casebook.propose_rules(Proposal("2", "2" * 64, "rules: []", "B. Officer", AT))
        casebook.approve_rules(Approval("2", "A. Lead", AT, SUNDAY + timedelta(days=1)))
        casebook.keep_set_aside(SettingAside(seen("clinic/1@1")[0], "letter-late", "A. Lead", AT))
        assert [entry.after_night for entry in casebook.set_aside()] == [SUNDAY]
        casebook.keep_link_decision(
            LinkDecision(0, Verdict.UNSURE, ("a/1", "b/1"), ("c-1", "c-2"), "A. Lead", AT, "so")
        )
        assert [decision.number for decision in casebook.link_decisions()] == [1]
        assert [approval.after_night for approval in casebook.rules_register().approvals] == [SUNDAY]
        assert casebook.verify_audit().holds
    engine = create_engine(server)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    statements = ["UPDATE audit SET actor = 'another'", "DELETE FROM audit", "TRUNCATE audit"]
    statements += ["UPDATE rules_approvals SET approved_by = 'another'", "TRUNCATE rules_proposals CASCADE"]
    statements += ["UPDATE set_aside SET reason = 'other'", "TRUNCATE set_aside"]
    statements += ["UPDATE link_decisions SET verdict = 'same'", "TRUNCATE link_decisions"]
    for statement in statements:
        with pytest.raises(DBAPIError, match="never changed or cut"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
    assert is_there(server, tmp_path)
    Casebook.open(server, tmp_path, b"k" * 32, AT).close()

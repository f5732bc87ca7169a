"""The casebook keeps what people decided: whole or not at all, with its audit, and never a child under two names."""

import sqlite3
import stat
import sys
import threading
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, insert, inspect
from sqlalchemy.exc import DatabaseError

from tests.casework import DAYS, SATURDAY, commit, finding, moves, record, seen
from wnb.cases import Decision, Move, State
from wnb.casework import CLOSING_REASONS
from wnb.errors import CasebookMovedOn, CasebookOutOfDate, SafetyStop, UsageFault
from wnb.escalate import Exit, Listed, Tonight, decide
from wnb.governed import Approval, Proposal, Register
from wnb.not_counted import SettingAside
from wnb.one_child import LinkDecision, Verdict
from wnb.store import database
from wnb.store.casebook import Casebook
from wnb.store.children import Stored, child_id, key_of, name_children
from wnb.store.models import Base, CaseRow, MergeRow
from wnb.terms import ExitReason

URL = "sqlite:///var/casebook.db"
KEY = b"a key of thirty-two bytes, or so."
AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
SUNDAY = SATURDAY + timedelta(days=1)
MONDAY = SATURDAY + timedelta(days=2)
NEEDS_MET, DIED = CLOSING_REASONS[0], CLOSING_REASONS[3]


@pytest.fixture
def casebook(tmp_path):
    with Casebook.open(URL, tmp_path, KEY, AT) as opened:
        yield opened


@contextmanager
def raw(tmp_path):
    """The file itself, behind the casebook's back."""
    connection = sqlite3.connect(tmp_path / "var" / "casebook.db", isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


# ---------------------------------------------------------------- the database


def test_the_migrations_make_the_tables_that_the_models_say(tmp_path, casebook):
    engine = create_engine(f"sqlite:///{tmp_path}/var/casebook.db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_sqlite_is_opened_with_its_safeguards_and_for_its_owner_alone(tmp_path, casebook):
    with database.connect(database.resolved(URL, tmp_path)).connect() as connection:
        said = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        connection.engine.dispose()
    assert said == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}
    if sys.platform != "win32":
        assert stat.S_IMODE((tmp_path / "var" / "casebook.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("revision", ["0000", "9999"])
def test_a_casebook_of_another_version_is_refused_with_what_to_do(tmp_path, casebook, revision):
    with raw(tmp_path) as behind:
        behind.execute("UPDATE alembic_version SET version_num = ?", [revision])
    with pytest.raises(CasebookOutOfDate, match="wnb casebook migrate"):
        Casebook.open(URL, tmp_path, KEY, AT)


def test_a_database_with_tables_and_no_version_is_not_taken_for_an_empty_one(tmp_path, casebook):
    with raw(tmp_path) as behind:
        behind.execute("DELETE FROM alembic_version")
    with pytest.raises(CasebookOutOfDate, match="wnb casebook migrate"):
        Casebook.open(URL, tmp_path, KEY, AT)


def test_migrating_a_current_casebook_changes_nothing(tmp_path, casebook):
    commit(casebook, SATURDAY, finding())
    database.migrate(URL, tmp_path)
    assert len(casebook.cases()) == 1


def as_revision(tmp_path, revision):
    """The casebook as an earlier version of the program made it, with what is in it."""
    with raw(tmp_path) as behind:
        tables = {
            table: behind.execute(f"SELECT * FROM {table}").fetchall()
            for (table,) in behind.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    (tmp_path / "var/casebook.db").unlink()
    with database.opened(URL, tmp_path) as engine, engine.begin() as connection:
        command.upgrade(database._config(connection), revision)
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table, rows in tables.items():
            known = table in inspect(connection).get_table_names() and table != "alembic_version"
            for row in rows if known else ():
                connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_an_earlier_casebook_is_brought_up_to_date_with_all_that_is_in_it(tmp_path, casebook, revision):
    commit(casebook, SATURDAY, finding(), finding("c-2"))
    casebook.close_case("c-2", CLOSING_REASONS[0], "A. Lead", AT)
    cases = casebook.cases()
    casebook.close()
    as_revision(tmp_path, revision)
    with pytest.raises(CasebookOutOfDate, match="wnb casebook migrate"):
        Casebook.open(URL, tmp_path, KEY, AT)
    database.migrate(URL, tmp_path)
    with Casebook.open(URL, tmp_path, KEY, AT) as again:
        assert (again.cases(), again.rules_register()) == (cases, Register())
        assert again.verify_audit().holds
        again.keep_set_aside(SettingAside(seen("clinic/1@9")[0], "other", "A. Lead", AT))
        assert commit(again, SATURDAY + timedelta(days=1), finding("c-3", rests_on="a spike")).on(
            "partnership", State.HELD
        )
    with raw(tmp_path) as behind:
        assert behind.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("change", ["UPDATE link_decisions SET verdict = 'same'", "DELETE FROM link_decisions"])
def test_what_was_decided_of_who_is_one_child_is_never_changed_or_cut(tmp_path, casebook, change):
    commit(casebook, SATURDAY, finding())
    said = LinkDecision(
        0, Verdict.SAME, ("hospital/7", "nhs:1"), ("c-1", "c-2"), "A. Lead", AT, "she said", (), {"nhs:1": "c-2"}
    )
    casebook.keep_link_decision(said)
    [kept] = casebook.link_decisions()
    assert kept == replace(said, number=1, after_night=SATURDAY, others=(("nhs:c-1",), ()))
    assert casebook.child_ids(["nhs:1"]) == {"nhs:1": "c-2"}
    assert "she said" not in str(raw_audit(tmp_path))
    expected = pytest.raises(DatabaseError, match="never changed")
    with database.opened(URL, tmp_path) as engine, expected, engine.begin() as connection:
        connection.exec_driver_sql(change)


@pytest.mark.parametrize("change", ["UPDATE set_aside SET reason = 'other'", "DELETE FROM set_aside"])
def test_what_was_set_aside_is_never_changed_or_cut(tmp_path, casebook, change):
    commit(casebook, SATURDAY, finding())
    casebook.keep_set_aside(SettingAside(seen("clinic/1@9")[0], "letter-late", "A. Lead", AT, "by telephone"))
    [kept] = casebook.set_aside()
    assert (kept.after_night, kept.note) == (SATURDAY, "by telephone")
    assert "by telephone" not in str(raw_audit(tmp_path))
    expected = pytest.raises(DatabaseError, match="never changed")
    with database.opened(URL, tmp_path) as engine, expected, engine.begin() as connection:
        connection.exec_driver_sql(change)


def raw_audit(tmp_path):
    """Every entry of the audit as it lies in the file."""
    with raw(tmp_path) as behind:
        return behind.execute("SELECT * FROM audit").fetchall()


@pytest.mark.parametrize(
    ("refused", "change"),
    [
        ("ck_cases_state", "UPDATE cases SET state = 'forgotten'"),
        ("ck_cases_closed_by_a_person", "UPDATE cases SET state = 'closed'"),
        ("UNIQUE", "UPDATE cases SET child_id = 'c-1', state = 'held' WHERE child_id = 'c-2'"),
        ("FOREIGN KEY", "DELETE FROM cases"),
    ],
)
def test_the_database_itself_refuses_what_no_case_may_be(tmp_path, casebook, refused, change):
    commit(casebook, SATURDAY, finding(), finding("c-2"))
    with database.opened(URL, tmp_path) as engine, pytest.raises(DatabaseError, match=refused), engine.begin() as c:
        c.exec_driver_sql(change)


def test_whether_there_is_a_casebook_is_asked_without_making_one(tmp_path):
    assert not database.is_there(URL, tmp_path)
    assert list(tmp_path.iterdir()) == []
    Casebook.open(URL, tmp_path, KEY, AT).close()
    assert database.is_there(URL, tmp_path)


@pytest.mark.parametrize("url", ["nonsense", "sqlite://", "sqlite:///:memory:", "mysql://somebody:secret@host/db"])
def test_a_url_that_cannot_be_a_casebook_is_refused_without_its_password(tmp_path, url):
    with pytest.raises(UsageFault, match="casebook") as refused:
        Casebook.open(url, tmp_path, KEY, AT)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_refused_in_words(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "casebook.db").write_bytes(b"not a database" * 100)
    with pytest.raises(UsageFault, match="cannot be opened"):
        Casebook.open(URL, tmp_path, KEY, AT)


SHARE = "36 35 98:0 / /srv/team rw,noatime shared:1 - nfs4 server:/team rw"
DISK = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw"
LOCAL_INSIDE = "40 36 8:2 / /srv/team/my\\040disk rw - xfs /dev/sdb1 rw"


@pytest.mark.parametrize(
    ("folder", "refused"),
    [("/srv/team/wnb", True), ("/srv/team", True), ("/srv/teamwork", False), ("/srv/team/my disk/wnb", False)],
)
def test_sqlite_is_not_put_on_a_network_share(tmp_path, folder, refused):
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"{DISK}\n{SHARE}\n{LOCAL_INSIDE}\n")
    with pytest.raises(UsageFault, match=r"/srv/team is a network share") if refused else nullcontext():
        database.refuse_network_share(Path(folder), mounts)


def test_people_can_read_while_a_night_is_being_written(tmp_path, casebook):
    commit(casebook, SATURDAY, finding())
    found = []
    reader = threading.Thread(target=lambda: found.append(casebook.cases()))
    with raw(tmp_path) as writer:
        writer.execute("BEGIN IMMEDIATE")
        reader.start()
        reader.join(timeout=5)
        writer.execute("ROLLBACK")
    assert len(found[0]) == 1


# ---------------------------------------------------------------- the night


def test_a_night_reads_back_as_it_was_decided(casebook):
    decisions = commit(casebook, SATURDAY, finding(), finding("c-2", desk="hospital"))
    assert casebook.cases() == decisions.cases
    assert casebook.listed() == decisions.listed
    assert casebook.nights() == (record(SATURDAY),)
    assert casebook.night(SATURDAY) == record(SATURDAY)
    assert casebook.night(SUNDAY) is None
    assert casebook.last_committed() == SATURDAY
    assert casebook.configuration("0" * 64) == "{}"
    assert casebook.cases("c-2") == decisions.on("hospital")


def test_a_growing_case_reads_back_whole(casebook):
    commit(casebook, SATURDAY, finding())
    grown = commit(casebook, SUNDAY, finding(evidence=seen("gp/1", "clinic/1@1")), finding(rule_id="two-in-a-row"))
    assert casebook.cases() == grown.cases
    noted = commit(casebook, SATURDAY + timedelta(days=90))
    assert casebook.cases() == noted.cases
    assert casebook.cases()[0].unmet


def test_moments_come_back_aware_and_in_utc_whatever_zone_they_were_told_in(casebook):
    commit(casebook, SATURDAY, finding())
    casebook.close_case("c-1", NEEDS_MET, "A. Lead", AT.astimezone(timezone(timedelta(hours=5))))
    (case,) = casebook.cases()
    assert case.closing.at == AT
    assert case.closing.at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(casebook):
    commit(casebook, SATURDAY, finding())
    with pytest.raises(Exception, match="needs a time zone"):
        casebook.close_case("c-1", NEEDS_MET, "A. Lead", AT.replace(tzinfo=None))
    assert casebook.cases()[0].state is State.OPEN


@pytest.mark.parametrize("night", [SATURDAY, SATURDAY - timedelta(days=1)])
def test_a_night_is_committed_once_and_after_the_one_before(casebook, night):
    commit(casebook, SATURDAY, finding())
    with pytest.raises(SafetyStop, match="cannot be committed after"):
        commit(casebook, night, finding("c-2"))


def test_a_decision_made_while_the_night_was_at_work_sends_it_back(casebook):
    commit(casebook, SATURDAY, finding())
    tonight = Tonight(SUNDAY, (), casebook.cases(), casebook.listed(), DAYS, None, {})
    casebook.close_case("c-1", NEEDS_MET, "A. Lead", AT)
    with pytest.raises(CasebookMovedOn, match="run the night again"):
        casebook.commit_night(record(SUNDAY), decide(tonight), {}, "{}")
    assert casebook.last_committed() == SATURDAY


def test_a_night_that_fails_half_way_leaves_nothing(casebook, monkeypatch):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("wnb.store.casebook._keep_listings", fail)
    with pytest.raises(OSError, match="disk full"):
        commit(casebook, SATURDAY, finding())
    assert (casebook.cases(), casebook.nights(), casebook.listed()) == ((), (), frozenset())
    assert casebook.identities() == {}


def test_exits_are_kept_by_night(casebook):
    commit(casebook, SATURDAY, finding(), finding("c-2"))
    casebook.close_case("c-1", DIED, "A. Lead", AT)
    commit(casebook, SUNDAY, finding("c-2"))
    assert casebook.exits(SUNDAY) == (Exit("partnership", "c-1", ExitReason.DECEASED, False),)
    assert casebook.exits(SATURDAY) == ()
    assert casebook.listed() == {Listed("partnership", "c-2", False)}


# ---------------------------------------------------------------- people


def test_a_person_closes_and_the_audit_says_who_and_why_but_not_the_note(casebook):
    commit(casebook, SATURDAY, finding())
    closed = casebook.close_case("c-1", NEEDS_MET, "A. Lead", AT, "what her mother said")
    assert closed.state is State.CLOSED
    last = casebook.audit(case=closed.id)[-1]
    assert (last.actor, last.phrase, last.at, last.night) == ("A. Lead", "Closed: needs-met", AT, None)
    assert casebook.decisions()[0].details["note"] == "what her mother said"


def test_the_partnerships_case_is_meant_unless_another_desk_is_named(casebook):
    commit(casebook, SATURDAY, finding(), finding(desk="hospital"))
    assert casebook.close_case("c-1", NEEDS_MET, "A. Lead", AT).desk == "partnership"
    assert casebook.close_case("c-1", NEEDS_MET, "A. Lead", AT).desk == "hospital"


def test_which_of_several_agencies_cases_is_meant_must_be_said(casebook):
    commit(casebook, SATURDAY, finding(desk="clinic"), finding(desk="hospital"))
    with pytest.raises(UsageFault, match=r"several desks \(clinic, hospital\)"):
        casebook.close_case("c-1", NEEDS_MET, "A. Lead", AT)
    assert casebook.close_case("c-1", NEEDS_MET, "A. Lead", AT, desk="clinic").desk == "clinic"


@pytest.mark.parametrize(
    ("child", "by", "desk", "why"),
    [
        ("c-9", "A. Lead", None, "c-9 has no open case"),
        ("c-1", "A. Lead", "hospital", "no open case on the desk of hospital"),
        ("c-1", "  ", None, "needs the name of the person"),
    ],
)
def test_what_cannot_be_closed_is_refused_with_the_reason(casebook, child, by, desk, why):
    commit(casebook, SATURDAY, finding())
    with pytest.raises(UsageFault, match=why):
        casebook.close_case(child, NEEDS_MET, by, AT, desk=desk)


def test_a_decision_about_a_case_that_is_not_there_is_refused(casebook):
    with pytest.raises(UsageFault, match="no case 7"):
        casebook.decide(Decision(Move.CLOSED, 7, "A. Lead", AT, {"reason": "needs-met", "exit": "closed"}))


def test_past_nights_are_made_again_with_the_decisions_people_made_between_them(casebook, tmp_path):
    nights = {SATURDAY: [finding(), finding("c-2")], SUNDAY: [finding("c-2")], MONDAY: [finding(evidence=seen("gp/1"))]}

    def live_through(book, decide_between):
        for night, findings in nights.items():
            commit(book, night, *findings)
            decide_between(book, night)

    def people(book, night):
        if night == SATURDAY:
            book.close_case("c-1", NEEDS_MET, "A. Lead", AT, "seen at home")
        if night == SUNDAY:
            book.close_case("c-2", DIED, "B. Lead", AT + timedelta(days=1))

    def replay(book, night):
        for decision in casebook.decisions(after_night=night):
            book.decide(decision)

    live_through(casebook, people)
    with Casebook.open("sqlite:///again.db", tmp_path, KEY, AT) as again:
        live_through(again, replay)
        assert again.cases() == casebook.cases()
        assert again.listed() == casebook.listed()
        assert again.decisions() == casebook.decisions()
        assert [again.exits(night) for night in nights] == [casebook.exits(night) for night in nights]
        assert again.audit() == casebook.audit()


# ---------------------------------------------------------------- the register of rules


PROPOSAL = Proposal("2", "2" * 64, 'version: "2"', "B. Officer", AT, "two is chance")
APPROVAL = Approval("2", "A. Lead", AT, MONDAY, "f" * 64)


def test_the_register_reads_back_with_the_night_it_came_after(casebook):
    casebook.propose_rules(PROPOSAL)
    commit(casebook, SATURDAY, finding())
    casebook.approve_rules(APPROVAL)
    register = casebook.rules_register()
    assert register.proposals == (PROPOSAL,)
    assert register.approvals == (replace(APPROVAL, after_night=SATURDAY),)
    assert register.in_force(MONDAY) == register.approvals[0]
    assert casebook.verify_audit().holds


def test_a_night_that_read_fewer_entries_than_there_are_is_sent_back(casebook):
    commit(casebook, SATURDAY, finding())
    read = casebook.rules_register().entries
    casebook.propose_rules(PROPOSAL)
    with pytest.raises(CasebookMovedOn, match="the register of rules changed"):
        commit(casebook, SUNDAY, finding(), register_entries=read)
    commit(casebook, SUNDAY, finding(), register_entries=read + 1)


@pytest.mark.parametrize("table", ["rules_proposals", "rules_approvals"])
def test_the_database_itself_refuses_to_change_or_cut_the_register(tmp_path, casebook, table):
    casebook.propose_rules(PROPOSAL)
    casebook.approve_rules(APPROVAL)
    for statement in (f"UPDATE {table} SET after_night = NULL", f"DELETE FROM {table}"):
        with raw(tmp_path) as behind, pytest.raises(sqlite3.IntegrityError, match="register of rules is never"):
            behind.execute(statement)


# ---------------------------------------------------------------- the audit


def test_every_move_of_a_night_has_its_entry_and_the_chain_holds(casebook):
    first = commit(casebook, SATURDAY, finding())
    second = commit(casebook, SUNDAY, finding(evidence=seen("gp/1")))
    said = [entry.what for entry in casebook.audit(case=1)]
    assert said == moves(first) + moves(second) == ["opened", "grew"]
    report = casebook.verify_audit()
    assert report.holds
    assert report.entries == len(casebook.audit())


def test_a_change_without_an_audit_entry_is_not_kept(casebook):
    commit(casebook, SATURDAY, finding())
    with pytest.raises(SafetyStop, match="without its audit entry"), casebook._changing(AT, "somebody", None) as change:
        change.session.get_one(CaseRow, 1).due = None
    assert casebook.cases()[0].due


def test_many_rows_at_once_without_an_audit_entry_are_not_kept_either(casebook):
    with pytest.raises(SafetyStop, match="without its audit entry"), casebook._changing(AT, "somebody", None) as change:
        change.session.execute(insert(MergeRow), [{"child_id": "one", "survivor": "another", "night": SATURDAY}])
    assert casebook.current_id("one") == "one"


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'another'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_or_cut_the_audit(tmp_path, casebook, statement):
    with raw(tmp_path) as behind, pytest.raises(sqlite3.IntegrityError, match="the audit is never"):
        behind.execute(statement)


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("UPDATE audit SET actor = 'another' WHERE sequence = 3", "not as it was written"),
        ("UPDATE audit SET after = '{}' WHERE sequence = 3", "not as it was written"),
        ("DELETE FROM audit WHERE sequence = 2", "entry 2 is missing"),
        ("DELETE FROM audit WHERE sequence >= 4", "ends here"),
    ],
)
def test_tampering_with_the_audit_is_found(tmp_path, casebook, tampering, fault):
    commit(casebook, SATURDAY, finding())
    with raw(tmp_path) as behind:
        behind.execute("DROP TRIGGER audit_is_never_changed")
        behind.execute("DROP TRIGGER audit_is_never_cut")
        behind.execute(tampering)
    report = casebook.verify_audit()
    assert not report.holds
    assert fault in report.fault


def test_a_look_at_a_child_is_written_down(casebook):
    casebook.record_look("chronology", "A. Lead", AT, "c-1")
    assert casebook.audit()[-1].phrase == "Looked at c-1 by chronology"


# ---------------------------------------------------------------- what children are called


def test_a_child_id_tells_nothing_and_depends_on_the_key():
    one = child_id(KEY, "nhs:9990000018")
    assert one == child_id(KEY, "nhs:9990000018")
    assert len(one) == 22
    assert one.startswith("c-")
    assert one != child_id(b"another key", "nhs:9990000018")


def test_another_key_is_refused(casebook, tmp_path):
    with pytest.raises(UsageFault, match="not the key that made"):
        Casebook.open(URL, tmp_path, b"another key, of as many bytes....", AT)
    Casebook.open(URL, tmp_path, KEY, AT).close()
    Casebook.open(URL, tmp_path).close()  # a command that names no child needs no key


def test_a_stored_identity_wins_for_ever(casebook):
    commit(casebook, SATURDAY, finding(), identities={"nhs:1": "c-1"})
    commit(casebook, SUNDAY, finding(), identities={"nhs:1": "c-1", "hospital/7": "c-1"})
    assert casebook.child_ids(["nhs:1", "hospital/7", "nhs:2"]) == {"nhs:1": "c-1", "hospital/7": "c-1"}
    with pytest.raises(SafetyStop, match="1 identity keys are stored for another child") as stopped:
        commit(casebook, MONDAY, finding("c-2"), identities={"nhs:1": "c-2"})
    assert "nhs" not in str(stopped.value)


def test_a_merged_child_is_found_under_the_name_that_stayed(casebook):
    commit(casebook, SATURDAY, finding("c-1"), identities={"hospital/7": "c-1"})
    commit(casebook, SUNDAY, finding("c-2"), merged={"c-1": "c-2"}, identities={"hospital/7": "c-2", "nhs:1": "c-2"})
    assert set(casebook.child_ids(["hospital/7", "nhs:1"]).values()) == {"c-2"}
    assert casebook.current_id("c-1") == "c-2"
    assert casebook.exits(SUNDAY) == (Exit("partnership", "c-1", ExitReason.MERGED, False),)
    assert casebook.close_case("c-1", NEEDS_MET, "A. Lead", AT).child_id == "c-2"


def test_an_identity_key_goes_to_another_child_only_when_one_proved_to_be_two(casebook):
    commit(casebook, SATURDAY, finding("c-1"), identities={"hospital/7": "c-1", "nhs:1": "c-1"})
    commit(casebook, SUNDAY, finding("c-2"), identities={"hospital/7": "c-2"}, parted=["hospital/7"])
    assert casebook.child_ids(["hospital/7", "nhs:1"]) == {"hospital/7": "c-2", "nhs:1": "c-1"}
    assert any(entry.what == "parted" for entry in casebook.audit())
    assert Listed("partnership", "c-1", False) in casebook.listed()


FIRST, LATER = date(2026, 11, 1), date(2026, 11, 9)


def test_a_new_child_is_called_after_its_earliest_key():
    named = name_children({0: ["hospital/7", "nhs:1"]}, {0: "nhs:1"}, {}, KEY)
    assert named.ids == {0: child_id(KEY, "nhs:1")}
    assert (named.merged, named.parted) == ({}, frozenset())


def test_a_child_keeps_its_name_when_more_of_its_records_are_known():
    stored = {"hospital/7": Stored("c-old", FIRST)}
    named = name_children({0: ["hospital/7", "nhs:1"]}, {0: "nhs:1"}, stored, KEY)
    assert named.ids == {0: "c-old"}


def test_of_two_names_of_one_child_the_first_stored_stays():
    stored = {"hospital/7": Stored("c-later", LATER), "nhs:1": Stored("c-first", FIRST)}
    named = name_children({0: ["hospital/7", "nhs:1"]}, {0: "hospital/7"}, stored, KEY)
    assert (named.ids, named.merged) == ({0: "c-first"}, {"c-later": "c-first"})


@pytest.mark.parametrize("listed", ["c-1", "c-2"])
def test_of_two_names_stored_on_one_night_the_one_that_stood_on_a_list_stays(listed):
    stored = {
        "hospital/7": Stored("c-1", FIRST, on_a_list=listed == "c-1"),
        "nhs:1": Stored("c-2", FIRST, on_a_list=listed == "c-2"),
    }
    named = name_children({0: ["hospital/7", "nhs:1"]}, {0: "nhs:1"}, stored, KEY)
    assert named.ids == {0: listed}


def test_a_name_that_stood_on_a_list_is_no_older_for_it():
    stored = {"hospital/7": Stored("c-later", LATER, on_a_list=True), "nhs:1": Stored("c-first", FIRST)}
    named = name_children({0: ["hospital/7", "nhs:1"]}, {0: "hospital/7"}, stored, KEY)
    assert named.ids == {0: "c-first"}


def test_the_casebook_knows_which_names_stood_on_a_list(casebook):
    commit(casebook, SATURDAY, finding("c-1"), identities={"hospital/7": "c-1", "school/3": "c-2"})
    stored = casebook.identities()
    assert [stored[key].on_a_list for key in ("hospital/7", "school/3")] == [True, False]


def test_of_two_children_under_one_name_one_keeps_it_and_the_other_gets_another():
    name = child_id(KEY, "nhs:1")
    stored = {"hospital/7": Stored(name, FIRST), "nhs:1": Stored(name, FIRST)}
    named = name_children({0: ["hospital/7"], 1: ["nhs:1"]}, {0: "hospital/7", 1: "nhs:1"}, stored, KEY)
    assert named.ids == {0: child_id(KEY, "hospital/7"), 1: name}
    assert named.parted == {"hospital/7"}


def test_who_was_joined_and_is_parted_again_has_the_name_from_before():
    stored = {"hospital/7": Stored("c-1", FIRST, "c-1"), "school/3": Stored("c-1", LATER, "c-2")}
    named = name_children({0: ["hospital/7"], 1: ["school/3"]}, {0: "hospital/7", 1: "school/3"}, stored, KEY)
    assert (named.ids, named.split) == ({0: "c-1", 1: "c-2"}, {"c-2": "c-1"})


def test_a_name_that_was_given_up_is_a_childs_again_when_they_are_parted(casebook):
    commit(casebook, SATURDAY, finding("c-1"), finding("c-2"), identities={"hospital/7": "c-1", "school/3": "c-2"})
    commit(casebook, SUNDAY, finding("c-1"), merged={"c-2": "c-1"})
    commit(casebook, MONDAY, finding("c-1"), finding("c-2"), identities={"school/3": "c-2"}, parted=["school/3"])
    assert casebook.current_id("c-2") == "c-2"
    assert casebook.child_ids(["hospital/7", "school/3"]) == {"hospital/7": "c-1", "school/3": "c-2"}
    assert any(entry.phrase == "c-2 and c-1 are two children again" for entry in casebook.audit())


# ---------------------------------------------------------------- the key


class Configured:
    """As much of a configuration as the key needs."""

    def __init__(self, root: Path, secret: str | None) -> None:
        self.root = root
        self.partnership = type("P", (), {"casebook_secret": secret, "partnership": "City and Hackney"})()


def test_the_key_is_the_secret_file_or_a_practice_key_from_the_partnerships_name(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(KEY)
    secret.chmod(0o600)
    assert key_of(Configured(tmp_path, "secret")) == KEY
    practice = key_of(Configured(tmp_path, None))
    assert practice == key_of(Configured(tmp_path / "elsewhere", None))
    assert len(practice) == 32


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [(KEY, 0o640, "read by others"), (b"short", 0o600, "fewer than 32 bytes"), (None, 0, "cannot be read")],
)
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_a_secret_that_is_none_is_refused_with_the_remedy(tmp_path, content, mode, why):
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
        (tmp_path / "secret").chmod(mode)
    with pytest.raises(UsageFault, match=why) as refused:
        key_of(Configured(tmp_path, "secret"))
    assert "chmod 600" in str(refused.value)

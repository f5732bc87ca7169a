"""The command line: what it prints where, what it ends with, and what it does not load to give help."""

import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from typer.main import get_command
from typer.testing import CliRunner

from tests.partnership import at_noon
from tests.small import AMARA, CHIDI, NIGHT, WNB, Small, missed, one_night_done, seen
from wnb import cli
from wnb.errors import Exit, UsageFault, WnbError
from wnb.nightly import Clock, locked, opened

PROJECT = Path(__file__).parents[2]
HEAVY = ("pandas", "duckdb", "numba", "sqlalchemy", "pyarrow", "numpy", "alembic", "apscheduler", "pydantic")


@pytest.fixture(autouse=True)
def _stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon on the day after the night, and nobody's terminal."""
    monkeypatch.setattr(cli, "_clock", lambda: at_noon(NIGHT + timedelta(days=1)))


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Small:
    return one_night_done(tmp_path_factory.mktemp("done"))


@pytest.fixture
def copy(done: Small, tmp_path: Path) -> Small:
    shutil.copytree(done.root, tmp_path / "copy")
    return Small(tmp_path / "copy")


def wnb(small: Small, *words: str, given: str = "") -> Result:
    """The command as `main` runs it: our own errors in words on stderr, and their exit."""
    runner = CliRunner()
    result = runner.invoke(cli.app, [*words, "--config", str(small.root / "config")], input=given)
    if isinstance(result.exception, WnbError):
        result.exit_code = result.exception.exit
    return result


def commands() -> dict[str, object]:
    """Every command by its words: `run`, `case close`."""
    top = get_command(cli.app).commands  # type: ignore[attr-defined]
    found = {}
    for name, command in top.items():
        inner = getattr(command, "commands", None)
        found |= {f"{name} {sub}": one for sub, one in inner.items()} if inner else {name: command}
    return found


# ---------------------------------------------------------------- help


def test_help_loads_nothing_heavy() -> None:
    loaded = f"sorted(set({HEAVY!r}) & set(sys.modules))"
    code = (
        f"import sys, atexit; atexit.register(lambda: print('LOADED', {loaded})); "
        "sys.argv = ['wnb', '--help']; from wnb.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert "Usage" in done.stdout
    assert done.stdout.splitlines()[-1] == "LOADED []"


@pytest.mark.parametrize("command", commands())
def test_every_command_has_help_and_the_usual_options(command: str) -> None:
    shown = CliRunner().invoke(cli.app, [*command.split(), "--help"], env={"COLUMNS": "200"})
    assert shown.exit_code == 0
    assert len((commands()[command].help or "").strip()) > 20  # type: ignore[attr-defined]
    options = {name for p in commands()[command].params for name in p.opts}  # type: ignore[attr-defined]
    without = {"demo": {"--config"}, "agency suggest": {"--config"}, "serve": {"--json"}}
    wanted = {"--config", "--json", "-v", "-q"} - without.get(command, set())
    assert wanted <= options


@pytest.mark.parametrize("command", ["explain", "chronology"])
def test_a_command_that_prints_people_says_so_and_that_it_is_written_down(command: str) -> None:
    said = commands()[command].help  # type: ignore[attr-defined]
    assert "Prints a person's data" in said
    assert "audit" in said


@pytest.mark.parametrize("command", commands())
def test_every_command_is_in_the_docs(command: str) -> None:
    said = "".join(path.read_text("utf-8") for path in sorted((PROJECT / "docs").rglob("*.md")))
    assert f"wnb {command}" in said


# ---------------------------------------------------------------- results and messages


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--as-of", str(NIGHT)),
        ("check",),
        ("status",),
        ("explain", "clinic/L001"),
        ("chronology", "clinic/L001"),
        ("audit", "verify"),
        ("casebook", "migrate"),
    ],
)
def test_json_is_one_document_on_stdout_and_nothing_else_there(copy: Small, words: tuple[str, ...]) -> None:
    result = wnb(copy, *words, "--json", "-v")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["schema"].startswith("wnb.")
    assert result.stdout.endswith("\n")


def test_rebuild_and_case_close_as_json(copy: Small, tmp_path: Path) -> None:
    child_id = copy.row(AMARA, NIGHT)["child_id"]
    closing = wnb(copy, "case", "close", child_id, "--reason", "needs-met", "--by", "A. Lead", "--json")
    assert json.loads(closing.stdout)["state"] == "closed"
    told = json.loads(wnb(copy, "rebuild", str(NIGHT), "--into", str(tmp_path / "again"), "--json").stdout)
    assert (told["night"], told["differences"]) == (str(NIGHT), {})


def test_a_run_as_json_is_the_published_document_to_the_byte(copy: Small) -> None:
    result = wnb(copy, "run", "--as-of", str(NIGHT), "--json")
    assert result.stdout_bytes == (copy.lists(NIGHT) / "night.json").read_bytes()


def test_a_run_ends_with_the_path_of_the_list_and_its_counts(copy: Small) -> None:
    said = wnb(copy, "run").stdout
    assert f"The list:     {copy.lists(NIGHT + timedelta(days=1)) / 'escalation-list.html'}" in said
    assert "review with the partnership               2" in said


def test_steps_are_told_with_v_and_nothing_with_q(copy: Small) -> None:
    assert "Looking for patterns" in wnb(copy, "run", "-v").stderr
    assert wnb(copy, "run", "--as-of", str(NIGHT + timedelta(days=2)), "-q").stderr == ""


def test_no_colour_is_obeyed_on_a_terminal(done: Small) -> None:
    """`status` on a pseudo-terminal, and help, which is drawn with rich."""
    for words in (["--help"], ["status", "--config", str(done.root / "config")]):
        ours, theirs = pty.openpty()
        env = {**os.environ, "NO_COLOR": "1", "TERM": "xterm-256color"}
        subprocess.run(
            [sys.executable, "-m", "wnb.cli", *words], cwd=PROJECT, env=env, stdout=theirs, stderr=theirs, check=True
        )
        os.close(theirs)
        shown = b""
        try:
            while block := os.read(ours, 65_536):
                shown += block
        except OSError:  # the other end is closed
            pass
        os.close(ours)
        assert shown
        assert not re.search(rb"\x1b\[[0-9;]*3[0-7]|\x1b\[[0-9;]*38;", shown)


def test_a_fault_of_the_program_is_told_by_its_kind_and_place_and_not_by_its_message(
    done: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*given: object) -> None:
        raise ValueError(f"could not convert {AMARA.family}")

    monkeypatch.setattr("wnb.standing.standing", broken)
    monkeypatch.setattr(sys, "argv", ["wnb", "status", "--config", str(done.root / "config")])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr()
    assert end.value.code == Exit.FAULT
    assert "ValueError" in said.err
    assert "test_cli.py" in said.err
    assert AMARA.family not in said.err
    assert said.out == ""


def test_our_own_errors_are_words_on_stderr_and_their_exit(
    done: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["wnb", "explain", "clinic/nobody", "--config", str(done.root / "config")])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr()
    assert (end.value.code, said.out) == (2, "")
    assert said.err.startswith("nothing is held of this child")


# ---------------------------------------------------------------- exits


def test_0_done(copy: Small) -> None:
    copy.send("clinic", NIGHT + timedelta(days=1), missed(CHIDI, 1))
    copy.send("school", NIGHT + timedelta(days=1), seen(CHIDI, 2))
    assert wnb(copy, "run").exit_code == Exit.DONE


def test_2_a_configuration_with_faults_lists_them_all(copy: Small) -> None:
    copy.configure("wnb.yaml", WNB + "nightly_at: 01:30\nnightly: x\n")
    copy.configure("rules.yaml", 'version: "1"\nrules: [{id: A}]\n')
    result = wnb(copy, "run")
    assert result.exit_code == Exit.USAGE
    said = str(result.exception)
    for fault in ("nightly_at", "nightly: no such key", "rules.yaml:2:"):
        assert fault in said
    assert result.stdout == ""


def test_2_a_command_line_that_is_wrong(copy: Small) -> None:
    assert wnb(copy, "run", "--as-of", "yesterday").exit_code == Exit.USAGE
    assert wnb(copy, "rebuild", str(NIGHT)).exit_code == Exit.USAGE


def test_2_when_no_night_is_due(copy: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    early = Clock(now=lambda: datetime(2026, 11, 13, 3, 14, tzinfo=UTC))
    monkeypatch.setattr(cli, "_clock", lambda: early)
    result = wnb(copy, "run")
    assert result.exit_code == Exit.USAGE
    assert str(result.exception).startswith(f"no night is due: {NIGHT} is done, and the next begins at 03:15")


def test_3_more_rows_set_aside_than_the_limit_allows(copy: Small) -> None:
    night = NIGHT + timedelta(days=1)
    copy.send("clinic", night, missed(CHIDI, 1), missed(AMARA, 1, born="31/12/2016", id="BAD", at="soon"))
    copy.send("school", night, seen(CHIDI, 2))
    assert wnb(copy, "run").exit_code == Exit.QUARANTINED


def test_4_an_extract_that_is_missing_or_was_rejected_goes_before_3(copy: Small) -> None:
    night = NIGHT + timedelta(days=1)
    copy.send("clinic", night, missed(CHIDI, 1), missed(AMARA, 1, id="BAD", at="soon"))
    copy.send_bytes("school", f"school_{night}.csv", b"")
    assert wnb(copy, "run").exit_code == Exit.LATE


def test_4_an_agency_that_is_silent(copy: Small) -> None:
    result = wnb(copy, "run", "--as-of", str(NIGHT + timedelta(days=2)))
    assert result.exit_code == Exit.LATE
    assert "silent, so not known: clinic, school" in result.stdout


def test_5_another_run_holds_the_lock(copy: Small) -> None:
    with locked(copy.configuration):
        for words in (("run",), ("run", "--as-of", str(NIGHT))):
            result = wnb(copy, *words)
            assert result.exit_code == Exit.LOCKED
            assert "another run is at work" in str(result.exception)


def test_6_a_casebook_of_another_version_says_the_command(copy: Small) -> None:
    book = sqlite3.connect(copy.root / "casebook.db")
    with book:
        book.execute("UPDATE alembic_version SET version_num = 'of-tomorrow'")
    book.close()
    result = wnb(copy, "run")
    assert result.exit_code == Exit.MIGRATE
    assert "wnb" in str(result.exception)


# ---------------------------------------------------------------- whom a command is asked about


@pytest.mark.parametrize("command", ["explain", "chronology"])
@pytest.mark.parametrize("dress", ["{}", "nhs:{}", "{:.3} 000 1234", "NHS-{}", "{}0"])
def test_an_nhs_number_is_never_an_argument(done: Small, command: str, dress: str) -> None:
    asked = dress.format(AMARA.number)
    result = wnb(done, command, asked)
    assert result.exit_code == Exit.USAGE
    assert "standard input" in str(result.exception)
    assert asked not in result.output + str(result.exception)


WITH_A_NUMBER = {
    "explain": ("explain", "{}"),
    "chronology": ("chronology", "{}"),
    "links show": ("links", "show", "clinic/L001", "{}"),
    "links same": ("links", "same", "clinic/L001", "{}", "--by", "A. Lead", "--why", "they said so"),
    "links unsure": ("links", "unsure", "{}", "clinic/L001", "--by", "A. Lead", "--why", "they said so"),
    "case close": ("case", "close", "{}", "--reason", "needs-met", "--by", "A. Lead"),
}
"""Commands that ask for a child, with a number where it may not stand."""


@pytest.mark.parametrize("name", WITH_A_NUMBER)
@pytest.mark.parametrize("dress", ["{}", "c-{}"])
def test_who_types_a_number_is_told_how_that_very_command_reads_it(done: Small, name: str, dress: str) -> None:
    asked = dress.format(AMARA.number)
    result = wnb(done, *(word.format(asked) for word in WITH_A_NUMBER[name]))
    assert result.exit_code == Exit.USAGE
    assert f"wnb {name} " in str(result.exception)
    assert "< FILE" in str(result.exception)
    assert AMARA.number not in result.output + str(result.exception)


@pytest.mark.parametrize("name", [*WITH_A_NUMBER, "case not-counted"])
def test_a_number_typed_as_an_own_number_is_not_repeated(done: Small, name: str) -> None:
    not_counted = ("case", "not-counted", "{}", "--reason", "letter-late", "--by", "A. Lead")
    words = {**WITH_A_NUMBER, "case not-counted": not_counted}[name]
    result = wnb(done, *(word.format(f"clinic/{AMARA.number}") for word in words))
    assert result.exit_code == Exit.USAGE
    assert AMARA.number not in result.output + str(result.exception)


def looks(small: Small) -> list[tuple[str, str]]:
    with opened(small.configuration, at_noon(NIGHT)) as casebook:
        return [(entry.actor, entry.phrase) for entry in casebook.audit() if entry.what == "looked"]


@pytest.mark.parametrize("command", ["explain", "chronology"])
def test_an_nhs_number_is_read_from_standard_input_and_the_look_is_written_down(copy: Small, command: str) -> None:
    child_id = copy.row(AMARA, NIGHT)["child_id"]
    grouped = f"{AMARA.number[:3]} {AMARA.number[3:6]} {AMARA.number[6:]}\n"
    result = wnb(copy, command, "-", "--by", "A. Lead", given=grouped)
    assert result.exit_code == 0, result.exception
    assert child_id in result.stdout
    assert looks(copy) == [("A. Lead", f"Looked at {child_id} by {command}")]


def test_the_audit_of_a_look_at_a_child_who_was_never_listed_holds_no_nhs_number(copy: Small) -> None:
    assert wnb(copy, "explain", "-", "--by", "A. Lead", given=CHIDI.number).exit_code == 0
    [(_, phrase)] = looks(copy)
    assert re.fullmatch(r"Looked at c-[0-9a-f]{20} by explain", phrase)


@pytest.mark.parametrize("asked", ["clinic/nobody", "c-00000000000000000000", "Amara Okoro", "L001"])
def test_an_unknown_child_is_refused_and_not_repeated(done: Small, asked: str) -> None:
    result = wnb(done, "explain", asked)
    assert result.exit_code == Exit.USAGE
    assert asked not in str(result.exception)
    assert "child id" in str(result.exception)


def test_a_number_on_standard_input_that_does_not_verify_is_refused_and_not_repeated(done: Small) -> None:
    wrong = AMARA.number[:-1] + str((int(AMARA.number[-1]) + 1) % 10)
    result = wnb(done, "explain", "-", given=wrong)
    assert result.exit_code == Exit.USAGE
    assert wrong not in str(result.exception)


# ---------------------------------------------------------------- check and status


def test_check_changes_nothing_and_shows_every_rule_in_words(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.send("clinic", NIGHT + timedelta(days=9), missed(AMARA, 3))
    before = sorted(tmp_path.rglob("*"))
    result = wnb(small, "check")
    assert result.exit_code == 0
    assert "two-days: Not brought on 2 or more days" in result.stdout
    assert "inbox clinic: 1 file" in result.stdout
    assert sorted(tmp_path.rglob("*")) == before


def test_check_live_refuses_what_must_not_go_live(done: Small) -> None:
    result = wnb(done, "check", "--live", "--json")
    assert result.exit_code == Exit.USAGE
    refused = json.loads(result.stdout)["refused"]
    names = ("approved_by", "governance", "settle_seconds", "casebook_secret")
    assert [next(name for name in names if name in line) for line in refused] == [
        "approved_by", *["governance"] * 6, "settle_seconds", "casebook_secret",
    ]  # fmt: skip
    assert wnb(done, "check").exit_code == 0


def test_check_names_an_inbox_that_belongs_to_nobody_and_an_agency_without_one(copy: Small) -> None:
    (copy.root / "inbox" / "clinc").mkdir()
    shutil.rmtree(copy.root / "inbox" / "school")
    said = wnb(copy, "check").stdout
    assert "clinc: no agency of this name" in said
    assert "school: there is no inbox" in said


@pytest.mark.parametrize("words", [("run",), ("check",)])
def test_2_no_inbox_at_all_is_never_a_night_on_which_every_agency_is_silent(
    copy: Small, words: tuple[str, ...]
) -> None:
    shutil.rmtree(copy.root / "inbox")
    told = wnb(copy, *words)
    assert told.exit_code == Exit.USAGE
    assert f"{copy.root / 'inbox'}: there is no such folder" in told.stdout + str(told.exception)


def test_status_says_what_is_done_due_and_waits(done: Small) -> None:
    told = json.loads(wnb(done, "status", "--json").stdout)
    assert told["nights"] == {"done": 1, "last": str(NIGHT), "due": [str(NIGHT + timedelta(days=1))], "failed": None}
    assert [agency["last_extract"] for agency in told["agencies"]] == [str(NIGHT), str(NIGHT)]
    [clinic, partnership] = told["waiting"]
    assert (clinic["desk"], clinic["by_step"]["engage"]) == ("clinic", 1)
    assert (partnership["by_step"]["review"], partnership["oldest_since"]) == (2, str(NIGHT))
    said = wnb(done, "status").stdout
    assert f"Nights done: 1, the last {NIGHT}" in said
    assert not re.search("|".join((AMARA.given, AMARA.family, AMARA.number)), said)


def test_status_before_the_first_night(tmp_path: Path) -> None:
    told = json.loads(wnb(Small.begin(tmp_path), "status", "--json").stdout)
    assert told["nights"]["last"] is None
    assert told["waiting"] == []


def test_serve_without_its_schedule_has_nothing_to_serve(done: Small) -> None:
    assert "Nothing to serve" in wnb(done, "serve", "--no-schedule").stderr


def test_the_version_is_said() -> None:
    assert re.fullmatch(r"wnb \d+\.\d+\.\d+\n", CliRunner().invoke(cli.app, ["--version"]).stdout)


def test_nothing_here_needs_the_clock_of_the_machine(done: Small) -> None:
    """The nights of these tests do not move with the calendar."""
    assert cli._clock().now().date() == date(2026, 11, 13)


def test_an_extract_never_seen_is_proposed_a_yaml_that_prints_nobody(tmp_path: Path) -> None:
    file = tmp_path / "clinic_2026-11-20.csv"
    file.write_text(
        "appt_id,nhs_number,surname,dob,appt_start,status\n"
        "A1,9990001006,SMITH,2012-01-13,2026-11-02 09:30,DNA\nA2,9990001073,KHAN,2013-02-14,2026-11-03 10:30,ATT\n"
    )
    said = CliRunner().invoke(cli.app, ["agency", "suggest", str(file)])
    assert said.exit_code == 0
    assert "appointment_id" in said.stdout
    assert "DECIDE" in said.stdout
    assert not {"SMITH", "KHAN", "9990001006"} & set(said.stdout.replace('"', " ").split())


def test_a_new_code_is_told_with_the_version_to_paste() -> None:
    file = PROJECT / "fixtures" / "inbox" / "lea-bridge-outpatients" / "OP_2026-10-23.csv"
    said = CliRunner().invoke(cli.app, ["agency", "diff", str(file), "--config", str(PROJECT / "config")])
    assert said.exit_code == 0
    assert '"9" is a new code' in said.stdout
    assert "from: 2026-10-23" in said.stdout


def test_an_extract_of_nobody_known_asks_which_agency(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    said = CliRunner().invoke(cli.app, ["agency", "diff", str(tmp_path / "x.csv"), "--config", str(PROJECT / "config")])
    assert isinstance(said.exception, UsageFault)

"""Canaries: people with names that stand nowhere else. Whatever a night meets, none of it is said outside the lists.

Where a child may be named: the lists, the agencies' own lists, what is set aside (whole, for the agency), the casebook,
the lake and the vault. Nowhere else: not on stderr or in a log, not in the text of an exception, not in `night.json`,
`last-failure.json` or a receipt, not in what `wnb run`, `status` and `check` print.

The name of a file is the agency's own word, and stands in `night.json`, in receipts and in what is printed as it came:
without it nobody could find the file. That it holds no child is the agency's to see to (docs say so to whoever maps
one), and is why these canaries are in every column and in no name of a file.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.partnership import at_noon
from tests.small import NIGHT, Appointment, Child, Small, agency_yaml, extract, missed, seen
from tests.stops import PLACES, stop_at
from wnb import cli
from wnb.errors import WnbError
from wnb.people import close

PROJECT = Path(__file__).parents[1]
TONIGHT = NIGHT + timedelta(days=1)
CANARIES = [
    Child(61, "Zebedee", "Quillfeather", date(2015, 2, 17), postcode="QX7 3VB"),
    Child(62, "Xanthippe", "Wrenthorpe", date(2016, 8, 23), postcode="QY8 4WC"),
    Child(63, "Ottoline", "Marchbanks", date(2014, 12, 5), postcode="QZ9 5XD"),
]
NAMED = ("escalation-list.", "agencies/", "quarantine/")


def told_of(child: Child) -> list[str]:
    """Every way in which the child could be given away."""
    number, born = child.number, child.born
    return [
        child.given, child.family, child.postcode, child.postcode.replace(" ", ""), number,
        f"{number[:3]} {number[3:6]} {number[6:]}", born.isoformat(), f"{born:%d/%m/%Y}", f"{born:%Y%m%d}",
        f"LOCAL{child.place}",
    ]  # fmt: skip


SECRETS = [secret for child in CANARIES for secret in told_of(child)]


def given_away(text: str | bytes) -> list[str]:
    said = (text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else text).lower()
    return [secret for secret in SECRETS if secret.lower() in said]


def local(*appointments: list[Appointment]) -> list[Appointment]:
    """With a local number that would be noticed as well."""
    return [
        Appointment(a.child, a.day, a.code, a.id, {"local": f"LOCAL{a.child.place}", **a.changed})
        for some in appointments
        for a in some
    ]


def everyday(small: Small, night: date) -> None:
    first, second, third = CANARIES
    small.send("clinic", night, local(missed(first, 3, 9), missed(second, 2), seen(third, 4)))
    small.send("school", night, local(missed(second, 20)))


@pytest.fixture
def small(tmp_path: Path) -> Small:
    small = Small.begin(tmp_path)
    everyday(small, NIGHT)
    small.night(NIGHT)
    return small


# ---------------------------------------------------------------- what can go wrong in a night


def good(small: Small) -> None:
    everyday(small, TONIGHT)


def a_file_that_is_not_what_it_says(small: Small) -> None:
    rows = extract("clinic", local(missed(CANARIES[0], 1)))
    small.send_bytes("clinic", f"clinic_{TONIGHT}.csv", rows.replace(b"family", b"surname"))
    small.send_bytes("school", f"school_{TONIGHT}.csv", b"PK\x03\x04" + rows)


def a_file_in_another_encoding(small: Small) -> None:
    rows = extract("clinic", local(missed(CANARIES[0], 1)))
    small.send_bytes("clinic", f"clinic_{TONIGHT}.csv", rows.decode().replace("Zebedee", "Zebédée").encode("latin-1"))


def a_file_cut_in_the_middle(small: Small) -> None:
    rows = extract("clinic", local(missed(CANARIES[0], 1, 2), missed(CANARIES[1], 1)))
    small.send_bytes("clinic", f"clinic_{TONIGHT}.csv", rows[:-40])
    small.send_bytes("school", f"school_{TONIGHT}.csv", rows.replace(b"Zebedee", b'"Zebedee'))


def rows_that_are_set_aside(small: Small) -> None:
    first, second, third = CANARIES
    bad = [
        missed(first, 1, id="B1", at="soon"),
        missed(first, 2, id="B2", born="17 Feb 2015"),
        missed(second, 1, id="B3", code=first.family),
        missed(second, 2, id="B4", nhs=first.number),
        missed(third, 3, id="B5", nhs=third.number[:-1] + "x"),
        missed(third, 4, id="B6", family="=cmd|" + third.family),
        missed(third, 5, id=third.given, code=third.number),
    ]
    small.send("clinic", TONIGHT, *(local(rows) for rows in bad))


def rows_with_a_field_too_many(small: Small) -> None:
    rows = extract("clinic", local(missed(CANARIES[0], 1, 2)))
    small.send_bytes("clinic", f"clinic_{TONIGHT}.csv", rows.replace(b"Zebedee,", b"Zebedee,Quillfeather,QX7 3VB,", 1))


def a_header_that_is_a_person(small: Small) -> None:
    """An extract without its header: its first line is somebody's."""
    small.send_bytes(
        "clinic", f"clinic_{TONIGHT}.csv", extract("clinic", local(missed(CANARIES[0], 1, 2))).partition(b"\n")[2]
    )


def a_snapshot_that_shrank(small: Small) -> None:
    small.configure(
        "agencies/clinic.yaml", agency_yaml("clinic", delivers="snapshot", more=", snapshot_covers: everything")
    )
    small.send("clinic", TONIGHT, local(seen(CANARIES[2], 4)))


def a_death(small: Small) -> None:
    died = Appointment(CANARIES[0], NIGHT - timedelta(days=2), "D", "DEAD")
    small.send("clinic", TONIGHT, local([died]))
    small.send("school", TONIGHT, local(seen(CANARIES[0], 1)))


NIGHTS: list[Callable[[Small], None]] = [
    good, a_file_that_is_not_what_it_says, a_file_in_another_encoding, a_file_cut_in_the_middle,
    rows_that_are_set_aside, rows_with_a_field_too_many, a_header_that_is_a_person, a_snapshot_that_shrank, a_death,
]  # fmt: skip


def wnb(small: Small, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """A command and everything that it says anywhere; as `main` ends it."""
    monkeypatch.setattr(cli, "_clock", lambda: at_noon(TONIGHT))
    monkeypatch.setattr(sys, "argv", ["wnb", *words, "--config", str(small.root / "config")])
    result = CliRunner().invoke(cli.app, sys.argv[1:])
    said = result.output + result.stderr
    if isinstance(result.exception, WnbError):
        said += str(result.exception)
    return result.exit_code, said


def written(small: Small) -> dict[str, str]:
    """What a night leaves behind in which nobody may be named."""
    lists, data = small.configuration.path("lists"), small.configuration.path("data")
    texts = {
        str(path.relative_to(lists)): path.read_text("utf-8-sig")
        for path in sorted(lists.rglob("*"))
        if path.suffix in (".json", ".txt", ".csv")
        and not str(path.relative_to(lists)).split("/", 1)[-1].startswith(NAMED)
    }
    manifests = [*sorted(data.rglob("receipts/*.json")), *sorted(data.rglob("manifest.json")), *data.glob("*.json")]
    return texts | {str(path.relative_to(data)): path.read_text("utf-8") for path in manifests}


@pytest.mark.parametrize("night", NIGHTS, ids=lambda night: night.__name__.replace("_", " "))
def test_no_night_names_anybody_outside_the_lists(
    night: Callable[[Small], None], small: Small, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    night(small)
    code, said = wnb(small, monkeypatch, "run", "-v")
    assert code in (0, 3, 4), said
    assert small.lists(TONIGHT).exists()
    said += wnb(small, monkeypatch, "run", "--as-of", str(TONIGHT), "--json", "-v")[1]
    said += wnb(small, monkeypatch, "status", "-v")[1] + wnb(small, monkeypatch, "status", "--json")[1]
    said += wnb(small, monkeypatch, "check", "-v")[1] + wnb(small, monkeypatch, "check", "--live", "--json")[1]
    said += wnb(small, monkeypatch, "audit", "verify")[1]
    assert given_away(said) == []
    assert given_away(caplog.text) == []
    assert {name: found for name, text in written(small).items() if (found := given_away(text))} == {}


def test_the_canaries_are_on_the_list_and_would_be_seen(small: Small) -> None:
    """Or nothing above would prove anything."""
    said = (small.lists(NIGHT) / "escalation-list.csv").read_text("utf-8-sig")
    assert {CANARIES[0].given, CANARIES[1].family, CANARIES[0].number, CANARIES[0].born.isoformat()} <= set(
        given_away(said)
    )


@pytest.mark.parametrize(
    "where", ["with half of the facts", "in the commit, after the moves", "with half of the lists"]
)
def test_a_night_that_crashes_names_nobody(
    where: str, small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its error holds a person, as one of a library could."""
    good(small)
    person = json.dumps({"row": extract("clinic", local(missed(CANARIES[0], 1))).decode()})

    def end() -> None:
        raise ValueError(person)

    monkeypatch.setattr(cli, "_clock", lambda: at_noon(TONIGHT))
    monkeypatch.setattr(sys, "argv", ["wnb", "run", "-v", "--config", str(small.root / "config")])
    with pytest.MonkeyPatch.context() as patch:
        stop_at(PLACES[where], end, patch.setattr)
        with pytest.raises(SystemExit) as ended:
            cli.main()
    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "ValueError" in said.err
    assert given_away(said.out + said.err) == []
    assert given_away((small.root / "data" / "last-failure.json").read_text()) == []
    assert given_away(wnb(small, monkeypatch, "status")[1]) == []


def test_a_count_that_does_not_balance_names_nobody(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child whose case was closed would leave without an exit."""
    child_id = small.listed(NIGHT)[0]["child_id"]
    close(small.configuration, child_id, "needs-met", "A. Lead", "", None, at_noon(NIGHT))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("wnb.escalate._exits", lambda *given: ())
        code, said = wnb(small, monkeypatch, "run", "-v")
    assert code == 1
    assert "1 would vanish without an exit" in said
    assert given_away(said) == []
    assert given_away((small.root / "data" / "last-failure.json").read_text()) == []


def test_a_configuration_with_faults_names_nobody(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    small.configure("agencies/clinic.yaml", agency_yaml("clinic").replace("kind: community", "kind: communal"))
    code, said = wnb(small, monkeypatch, "run", "-v")
    assert code in (1, 2)
    assert "kind" in said
    assert given_away(said) == []


def test_as_a_process_with_everything_said_nothing_is_given_away(small: Small) -> None:
    """stdout, stderr and whatever a library prints by itself."""
    rows_that_are_set_aside(small)
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "ignore", "-m", "wnb.cli", "run", "-v", "--as-of", str(TONIGHT),
         "--config", str(small.root / "config")],
        cwd=PROJECT,
        env={**os.environ, "PYTHONFAULTHANDLER": "1"},
        capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode in (3, 4), done.stderr
    assert given_away(done.stdout + done.stderr) == []

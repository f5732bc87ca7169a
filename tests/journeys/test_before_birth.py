"""Antenatal appointments belong to the child who is to be born, and follow it; a move begins no count anew."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.partnership import at_noon
from tests.small import AMARA, BEN, NIGHT, Appointment, Child, Small, agency_yaml, missed, seen
from tests.statuses import Told, held_by, tell
from wnb.errors import ConfigurationFaults
from wnb.explain import chronology_of

BORN = NIGHT + timedelta(days=5)
BABY = Child(9, "Ada", "Okoro", born=BORN)
MOTHERS = ("given_name: given", "family_name: family", 'date_of_birth: {column: born, format: "%Y-%m-%d"}')


def maternity(*keep: str) -> str:
    """The contract of an agency of antenatal appointments: the mother's name and birthday are not among its columns."""
    text = agency_yaml("maternity").replace("kind: community", "kind: hospital\nabout: unborn")
    for column in MOTHERS:
        if column not in keep:
            text = text.replace(f"  {column}\n", "")
    return text


def begun(root: Path) -> Small:
    small = Small.begin(root)
    small.configure("agencies/maternity.yaml", maternity())
    return small


def antenatal(*days: int, night=NIGHT, number: str = "") -> list[Appointment]:  # type: ignore[no-untyped-def]
    """Missed by the mother; the number is the baby's, once there is one, and never hers."""
    return missed(BABY, *days, night=night, local="PREG7", nhs=number)


def test_what_the_mother_missed_before_birth_is_the_unborn_childs(tmp_path: Path) -> None:
    """Nobody knows a birthday, and it counts all the same; the unborn record has no name, and the agency's number."""
    small = begun(tmp_path)
    small.send("maternity", NIGHT, antenatal(3, 9))
    small.night(NIGHT)
    [row] = small.listed(NIGHT)
    assert (row["rules"], row["local_ids"], row["given_name"], row["date_of_birth"]) == (
        "two-days", "maternity/PREG7", "", "",
    )  # fmt: skip
    assert row["not_brought_12_months"] == "2"
    assert (
        "Of these appointments 2 are antenatal (Maternity): the mother's, kept on her child's record."
        in row["data_notes"]
    )
    assert small.listed(NIGHT, "data-quality/maternity.csv") == []
    assert small.listed(NIGHT, "recode/maternity.csv") == []  # the mother's own record says what it says


def test_it_follows_the_child_who_is_born(tmp_path: Path) -> None:
    """The maternity ward states the baby's number: her clinic's appointments and those before birth are one child's."""
    later = NIGHT + timedelta(days=30)
    small = begun(tmp_path)
    small.send("maternity", NIGHT, antenatal(3, 9))
    small.night(NIGHT)
    [before] = small.listed(NIGHT)
    small.send("maternity", later, seen(BABY, 24, night=later, local="PREG7", nhs=BABY.number))
    small.send("clinic", later, missed(BABY, 2, night=later))
    small.night(later)
    [row] = small.listed(later)
    assert row["child_id"] == before["child_id"]
    assert (row["given_name"], row["date_of_birth"]) == ("Ada", BORN.isoformat())
    assert row["not_brought_12_months"] == "3"
    told = chronology_of(small.configuration, f"nhs:{BABY.number}", "A. Lead", at_noon(later)).document
    assert [event["agency"] for event in told["events"]] == ["maternity", "maternity", "maternity", "clinic"]
    assert [event["outcome"] for event in told["events"]][:2] == ["was_not_brought", "was_not_brought"]


def test_what_was_missed_before_twins_were_born_stays_listed_and_is_said_to_be_of_both(tmp_path: Path) -> None:
    small, later = begun(tmp_path), NIGHT + timedelta(days=20)
    small.send("maternity", NIGHT, antenatal(3, 9))
    small.night(NIGHT)
    twin = Child(10, "Obi", "Okoro", born=BORN)
    small.send("maternity", later, *(seen(one, 14, night=later, local="PREG7") for one in (BABY, twin)))
    small.send("clinic", later, missed(BABY, 2, 4, night=later))
    small.night(later)
    rows = {row["given_name"]: row for row in small.listed(later)}
    assert {name: row["not_brought_12_months"] for name, row in rows.items()} == {"": "2", "Ada": "2"}
    assert rows[""]["child_id"] == small.listed(NIGHT)[0]["child_id"]
    for row in rows.values():
        assert "Where they are twins, what was recorded before birth is of both" in row["data_notes"]


@pytest.mark.parametrize("column", MOTHERS)
def test_a_mothers_name_or_birthday_is_never_taken_for_her_childs(tmp_path: Path, column: str) -> None:
    small = begun(tmp_path)
    small.configure("agencies/maternity.yaml", maternity(column))
    with pytest.raises(ConfigurationFaults, match="would be the mother's on antenatal rows"):
        _ = small.configuration


def test_a_mother_who_misses_her_own_clinic_is_no_child(tmp_path: Path) -> None:
    """The same woman at an adults' clinic: did not attend, and counted by nothing."""
    small = begun(tmp_path)
    mother = Child(8, "Nneka", "Okoro", born=NIGHT.replace(year=1995))
    small.send("clinic", NIGHT, missed(mother, 3, 9))
    small.send("maternity", NIGHT, antenatal(4))
    small.night(NIGHT)
    assert small.listed(NIGHT) == []
    assert small.document(NIGHT)["children"] == 1


PLACES = ("ZZ9 9ZZ", "ZZ1 1AA", "YY2 2BB")
MISSES = st.lists(
    st.tuples(st.integers(0, 25), st.sampled_from(PLACES), st.sampled_from(["clinic", "school"])),
    min_size=1,
    max_size=5,
    unique_by=lambda miss: miss[0],
)


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(MISSES, st.lists(st.sampled_from(["Lea", "Marsh", "Elsewhere"]), max_size=3))
def test_a_move_or_another_provider_never_begins_a_count_anew(
    misses: list[tuple[int, str, str]], homes: list[str]
) -> None:
    """Wherever the child lived and whoever saw it: found for the same days, with the same count, as had it stayed."""

    def night(moved: bool) -> list[tuple[str, int, list[str]]]:
        with TemporaryDirectory() as folder:
            small = Small.begin(Path(folder))
            held_by(small)
            authorities = [
                Told(AMARA, "LA", NIGHT - timedelta(days=30 - 9 * n), detail=home, id=f"L{n}")
                for n, home in enumerate(homes)
            ]
            tell(small, NIGHT, *(authorities if moved else ()))
            for agency in ("clinic", "school"):
                mine = [m for m in misses if (m[2] if moved else "clinic") == agency]
                rows = (missed(AMARA, days, postcode=place if moved else PLACES[0]) for days, place, _ in mine)
                small.send(agency, NIGHT, *rows, missed(BEN, 3))
            small.night(NIGHT)
            found = [f for f in small.findings(NIGHT) if f["rule_id"] == "two-days"]
            return [(f["first_met_on"], f["count"], [seen.partition("-")[2] for seen in f["evidence"]]) for f in found]

    assert night(moved=True) == night(moved=False)

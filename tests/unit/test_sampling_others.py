"""`wnb check --sample` of statuses and people: what is told of how many, and what a night would refuse it for."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.partnership import at_noon
from tests.small import AMARA, BEN, CHIDI, DARA, NIGHT, Small, missed
from tests.statuses import SNAPSHOT, SOCIAL, Told, held_by, tell
from wnb.errors import Exit
from wnb.sampling import sampled
from wnb.told import Told as Said

DOORS = """\
front_doors:
  - {local_authority: Lea, also_called: [E99000001], name: Lea front door, phone: 020 7946 0001,
     out_of_hours: 020 7946 0002}
"""
ROLL = """\
agency: roll
name: A school
kind: school
sharing: partnership
holds: people
extract: {files: "*.csv", extract_date: "%Y-%m-%d"}
columns:
  child_local_id: adm
  nhs_number: nhs
  school_upn: upn
  mother: mum
  father: dad
  sibling_local_ids: sibs
  address: addr
  uprn: uprn
  address_sealed: {column: prot, yes: ["Y"]}
  home_local_authority: la
"""
HEADER = "adm,nhs,upn,mum,dad,sibs,addr,uprn,prot,la"


def sample(small: Small, agency: str, content: str, dated: object = NIGHT) -> Said:
    file = small.root / f"{agency}_{dated}.csv"
    file.write_text(content, "utf-8")
    return sampled(small.configuration, file, agency, at_noon(NIGHT))


def roll(root: Path, *rows: str) -> Said:
    small = Small.begin(root)
    small.configure("casework.yaml", DOORS)
    small.configure("agencies/roll.yaml", ROLL)
    return sample(small, "roll", "\n".join([HEADER, *rows, ""]))


def told(*some: Told) -> str:
    return "\n".join(["episode,local,nhs,status,since,until,detail", *(one.row() for one in some), ""])


def social(root: Path, delivers: str = "delivers: changes") -> Small:
    small = Small.begin(root)
    small.configure("casework.yaml", DOORS)
    held_by(small, delivers=delivers)
    return small


def test_each_status_is_counted_by_its_word(tmp_path: Path) -> None:
    """What ends one stands among them; the authority that no front door answers for is named."""
    day = NIGHT - timedelta(days=30)
    rows = [Told(child, "CPP", day) for child in (AMARA, BEN)] + [Told(CHIDI, "CL", day)]
    rows += [Told(child, "LA", day, detail=where) for child, where in ((AMARA, "e99000001"), (BEN, "E99000007"))]
    said = sample(social(tmp_path), "social", told(*rows))
    assert said.document["statuses"] == {"child-protection-plan": 2, "home-local-authority": 2, "ended": 1}
    assert said.document["no_front_door"] == [{"local_authority": "E99000007", "rows": 1}]
    assert "\n          2  child-protection-plan\n" in said.words
    assert "E99000007: 1 row" in said.words


def test_of_people_each_thing_that_helps_is_counted(tmp_path: Path) -> None:
    """A number whose check fails and a name that says nothing are counted as what they are."""
    said = roll(
        tmp_path,
        f"1,{AMARA.number},B801200005001,Ada,Emeka,2;3,1 High St,100,N,Lea",
        "2,9990001007,A801200005001,Withheld,N/K,,Unknown,,Y,Elsewhere",
        "3,,M80120000500A,Ngozi,,1,,,,",
        "4,,,,,,,,,Elsewhere",
    )
    assert said.document["people"] == {
        "nhs_number": 1,
        "upn": 1,
        "upn_wrong_letter": 1,
        "upn_temporary": 1,
        "mother": 2,
        "father": 1,
        "siblings": 2,
        "address": 1,
        "address_sealed": 1,
        "home_local_authority": 3,
    }
    assert said.document["no_front_door"] == [{"local_authority": "", "rows": 2}]
    assert "  of 4 people" in said.words
    assert "upn wrong letter" in said.words
    for value in (AMARA.number, "B801200005001", "Ada", "Ngozi", "High St", "Elsewhere"):
        assert value not in said.words + str(said.document)


def test_an_authority_is_named_where_it_is_often_told_and_is_nobodys_name(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    small.configure("agencies/roll.yaml", ROLL.replace("  mother: mum\n", "  family_name: mum\n"))
    rows = [f"{at},,,Okoro,,,,,,{'Okoro' if at < 6 else 'Newham'}" for at in range(12)]
    said = sample(small, "roll", "\n".join([HEADER, *rows, ""]))
    assert said.document["no_front_door"] == [
        {"local_authority": "", "rows": 6},
        {"local_authority": "Newham", "rows": 6},
    ]


def held_last(root: Path, *some: Told) -> Small:
    """Children's services after a night on which they sent these as a snapshot."""
    limit = SNAPSHOT.replace("largest_drop_percent: 100", "largest_drop_percent: 50")
    small = social(root, limit)
    small.send("clinic", NIGHT, missed(DARA, 3))
    tell(small, NIGHT, *some)
    small.night(NIGHT)
    return small


PLANS = tuple(Told(child, "CPP", NIGHT - timedelta(days=30)) for child in (AMARA, BEN, CHIDI))


def test_a_snapshot_far_smaller_than_the_last_one_is_refused_as_a_night_would(tmp_path: Path) -> None:
    small = held_last(tmp_path, *PLANS)
    said = sample(small, "social", told(PLANS[0]), NIGHT + timedelta(days=1))
    assert (said.exit, said.document["outcome"]) == (Exit.LATE, "rejected")
    assert "the snapshot holds 1 records and the last one held 3" in said.document["note"]
    same = sample(small, "social", told(*PLANS), NIGHT + timedelta(days=1))
    assert (same.exit, same.document["not_asked"]) == (Exit.DONE, [])


def test_where_nothing_is_held_it_is_said_that_no_earlier_snapshot_was_asked(tmp_path: Path) -> None:
    said = sample(social(tmp_path, SNAPSHOT), "social", told(PLANS[0]))
    assert said.document["not_asked"] == ["largest_drop_percent: no earlier snapshot of this agency is held here"]
    assert "not asked: largest_drop_percent" in said.words


def test_a_column_that_is_not_there_is_said_with_its_place_in_the_yaml_and_what_is(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    text = SOCIAL.format(sharing="partnership", delivers="delivers: changes").replace("status: status", "status: Wat")
    small.configure("agencies/social.yaml", text)
    said = sample(small, "social", told(PLANS[0]))
    line = 1 + text.split("\n").index("  status: Wat")
    found: list[dict[str, Any]] = said.document["missing"]
    assert found == [{"column": "status", "named": ["Wat"], "yaml": f"agencies/social.yaml:{line}"}]
    assert f'agencies/social.yaml:{line}: status: "Wat" is not in the header' in said.words
    assert 'the header has "episode", "local", "nhs", "status", "since", "until", "detail"' in said.words

"""Where a child lives whose address is sealed stands in nothing that is published, and joins nobody.

Ways of saying so are drawn: a word in the column, a text in some line, a status of some days; told in one file or in
another, in any order, told again or gone. Nobody ever says that it is over.
"""

import json
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.journeys.test_belonging_together import begun, person, register
from tests.partnership import at_noon
from tests.properties.test_sharing import text_of
from tests.small import BEN, CHIDI, NIGHT, Child, Small, missed
from tests.statuses import SNAPSHOT, SOCIAL, Told, tell
from wnb.explain import chronology_of, explained
from wnb.linking import waiting_links

NEXT = NIGHT + timedelta(days=1)
HOME = {"address": "4 Quiet Mews", "town": "Marsh", "uprn": "100099199356", "postcode": "QQ7 7QQ"}
HERS = ("qq7 7qq", "qq77qq", "quiet mews", "100099199356")
SELIN = Child(5, "Selin", "Koçak", BEN.born, postcode="QQ7 7QQ")

WORDS = st.sampled_from(["Y", "y", "Yes", "P", "true", "1", "not known"]).map(lambda word: {"sealed": word})
TEXTS = st.tuples(
    st.sampled_from(["address", "town", "uprn", "postcode"]),
    st.sampled_from(["WITHHELD", "Address sealed", "Do not disclose", "4 Quiet Mews - confidential"]),
).map(lambda told: {told[0]: told[1]})
STATUS = st.tuples(st.sampled_from([-90, 0, 1, 2]), st.sampled_from([None, 2, 90]))  # from which day to which
DRAWN = st.fixed_dictionaries(
    {
        "by the register": st.none() | WORDS | TEXTS,
        "by social care": st.none() | STATUS,
        "the register keeps to itself": st.booleans(),
        "registers are snapshots": st.booleans(),
        "gone means": st.sampled_from(["withdrawn", "ended"]),
        "the earlier file comes later": st.booleans(),
        "in the next file": st.sampled_from(["as before", "gone", "no file"]),
        "the school's number": st.sampled_from([SELIN.number, ""]),
    }
).filter(lambda drawn: drawn["by the register"] is not None or drawn["by social care"] is not None)


def two_nights(root: Path, drawn: dict[str, Any]) -> Small:
    """Before it is sealed the register tells where she lives as of anybody; by the second night all has been told."""
    small = begun(root, sharing="own-agency-only" if drawn["the register keeps to itself"] else "partnership")
    delivers = SNAPSHOT if drawn["registers are snapshots"] else "delivers: changes"
    text = (root / "config/agencies/register.yaml").read_text("utf-8")
    small.configure("agencies/register.yaml", text.replace("delivers: changes", delivers))
    means = f"{SNAPSHOT}, gone_means: {drawn['gone means']}"
    small.configure(
        "agencies/social.yaml", f"{SOCIAL.format(sharing='partnership', delivers=means)}  SEAL: address-sealed\n"
    )
    others = (person(BEN, **HOME), person(CHIDI, address="9 Marsh Walk", postcode="ZZ9 8AA"))
    by_register, by_social = drawn["by the register"], drawn["by social care"]
    before = [person(SELIN, **HOME), *others]
    sealed = [person(SELIN, **HOME | (by_register or {})), *others]
    files = [(before, NIGHT - timedelta(days=5)), (sealed, NIGHT - timedelta(days=1))]
    nights = (NEXT, NIGHT) if drawn["the earlier file comes later"] else (NIGHT, NIGHT)
    statuses = [Told(BEN, "EHCP", NIGHT)]
    if by_social:
        since, until = by_social
        days = (NIGHT + timedelta(days=since), None if until is None else NIGHT + timedelta(days=until))
        statuses.insert(0, Told(SELIN, "SEAL", *days))
    small.send("clinic", NIGHT, missed(SELIN, 3, 9), missed(BEN, 5, postcode=""))
    small.send("school", NIGHT, missed(SELIN, 4, 11, nhs=drawn["the school's number"], local="S5"))
    tell(small, NIGHT, *statuses)
    for (people, dated), on in zip(files, nights, strict=True):
        if on == NIGHT:
            register(small, *people, dated=dated)
    small.night(NIGHT)
    for (people, dated), on in zip(files, nights, strict=True):
        if on == NEXT:
            register(small, *people, dated=dated)
    if (then := drawn["in the next file"]) != "no file":
        gone = then == "gone"
        register(small, *(others if gone else [*sealed, person(Child(9, "Ife", "Ojo"))]), dated=NEXT)
        tell(small, NEXT, *(statuses[-1:] if gone else statuses), Told(CHIDI, "EHCP", NIGHT))
    small.night(NEXT)
    return small


def everything_told(small: Small) -> dict[str, str]:
    told = {name: text_of(name, content) for name, content in small.published(NEXT).items()}
    clock = at_noon(NEXT)
    waits = waiting_links(small.configuration, "A. Lead", clock)
    told["wnb links"] = f"{waits.words}{json.dumps(waits.document)}"
    for look in (explained, chronology_of):
        seen = look(small.configuration, f"nhs:{SELIN.number}", "A. Lead", clock)
        told[look.__name__] = f"{seen.words}{json.dumps(seen.document)}"
    return told


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example is whole nights: one is not made smaller
)
@given(DRAWN)
def test_a_sealed_address_stands_in_nothing_and_joins_nobody(drawn: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        small = two_nights(Path(folder), drawn)
        told = everything_told(small)
        findings = {found["rule_id"] for found in small.findings(NEXT)}
        names = small.names(NEXT)
    assert "Selin" in names  # it is her list; where she lives is not on it
    where = {name for name, text in told.items() for word in HERS if word in text.casefold()}
    assert where == set()
    assert "household" not in findings


def test_the_same_two_nights_tell_where_she_lives_and_with_whom_where_nothing_is_sealed(tmp_path: Path) -> None:
    """The property would be empty if the words were never printed, or nobody ever joined."""
    plain = {
        "by the register": None, "by social care": None, "the register keeps to itself": False,
        "registers are snapshots": True, "gone means": "withdrawn", "the earlier file comes later": False,
        "in the next file": "as before", "the school's number": SELIN.number,
    }  # fmt: skip
    small = two_nights(tmp_path, plain)
    assert any("qq7 7qq" in text.casefold() for text in everything_told(small).values())
    assert "household" in {found["rule_id"] for found in small.findings(NEXT)}

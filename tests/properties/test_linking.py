"""Whatever the records, their order and people's decisions: two valid NHS numbers never join, by no path of joins;
linking again changes nothing, and joined then parted is as it was.
"""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.people import Record, linked, who
from wnb.identity_keys import nhs_key
from wnb.link import Linked

RECORDS = st.builds(
    Record,
    nhs=st.sampled_from([None, None, 11, 12, 13]),
    own=st.sampled_from([None, "7", "8", "9"]),
    id=st.sampled_from(["A1", "A2", "A3"]),
    live=st.sampled_from([True, True, True, False]),
    given=st.sampled_from([None, "Selin", "Ayla", "Emir"]),
    family=st.sampled_from([None, "Koçak", "KOCAK", "Demirci"]),
    born=st.sampled_from([None, date(2019, 6, 30), date(2019, 6, 3), date(2016, 2, 11)]),
    upn=st.sampled_from([None, None, "B801200005001", "P207000016049"]),
)
AGENCIES = st.dictionaries(st.sampled_from(["clinic", "hospital", "school"]), st.lists(RECORDS, max_size=7))
QUICK = settings(max_examples=80, deadline=None)


def keys_by_record(agencies: dict[str, list[Record]], found: Linked) -> dict[tuple[str, Record], str]:
    """The key of each record's child; records that say the same are told apart by nothing."""
    return {
        (agency, record): found.key[child].as_py()
        for (agency, records), children in zip(agencies.items(), found.child, strict=True)
        for record, child in zip(records, children.tolist(), strict=True)
    }


@QUICK
@given(AGENCIES)
def test_two_valid_numbers_never_join(agencies: dict[str, list[Record]]) -> None:
    numbers = {f"{agency} {row}": r.nhs for agency, records in agencies.items() for row, r in enumerate(records)}
    for child in who(agencies):
        assert len({numbers[record] for record in child if numbers[record] is not None}) <= 1


@QUICK
@given(AGENCIES)
def test_one_valid_number_is_two_children_only_where_it_is_said_that_two_people_have_it(
    agencies: dict[str, list[Record]],
) -> None:
    found = linked(agencies)
    for number in (11, 12, 13):
        children = {
            child
            for records, of in zip(agencies.values(), found.child, strict=True)
            for record, child in zip(records, of.tolist(), strict=True)
            if record.nhs == number
        }
        assert len(children) <= 1 or set(found.shared[nhs_key(number)]) == children


KEYS = st.sampled_from(
    [f"{agency}/{own}" for agency in ("clinic", "hospital", "school") for own in "789"]
    + [nhs_key(number) for number in (11, 12, 13)]
)
DECISIONS = st.lists(st.tuples(KEYS, KEYS).filter(lambda pair: pair[0] < pair[1]), max_size=5, unique=True)


@QUICK
@given(AGENCIES, DECISIONS, DECISIONS)
def test_no_path_of_joins_ever_connects_two_valid_numbers(agencies, together, apart) -> None:
    numbers = {f"{agency} {row}": r.nhs for agency, records in agencies.items() for row, r in enumerate(records)}
    for child in who(agencies, together, apart):
        assert len({numbers[record] for record in child if numbers[record] is not None}) <= 1


@QUICK
@given(AGENCIES, DECISIONS)
def test_children_whom_a_person_called_two_are_joined_by_nothing(agencies, apart) -> None:
    found = linked(agencies, apart=apart)
    child = found.child_of(key for pair in apart for key in pair)
    stated = {(f"{agency}/{r.own}", r.nhs) for agency, records in agencies.items() for r in records if r.nhs and r.live}
    for one, other in apart:
        if one in child and other in child and child[one] == child[other]:  # nobody else states the number
            number, own = sorted((one, other), key=lambda key: key.startswith("nhs:"), reverse=True)
            assert {each for each, said in stated if nhs_key(said) == number} == {own}


@QUICK
@given(AGENCIES, DECISIONS)
def test_a_decision_holds_or_is_said_not_to(agencies, together) -> None:
    found = linked(agencies, together=together)
    child = found.child_of(key for pair in together for key in pair)
    there = {pair for pair in together if pair[0] in child and pair[1] in child}
    assert there <= {*found.joined, *found.not_joined}
    assert all(child[one] == child[other] for one, other in there & set(found.joined))


@QUICK
@given(AGENCIES, DECISIONS, DECISIONS, st.randoms(use_true_random=False))
def test_the_order_of_decisions_and_of_their_sides_is_nothing(agencies, together, apart, chance) -> None:
    one = linked(agencies, together=together, apart=apart)
    shuffled = chance.sample(together, len(together)), chance.sample(apart, len(apart))
    other = linked(agencies, together=shuffled[0] + together, apart=shuffled[1])
    assert keys_by_record(agencies, one) == keys_by_record(agencies, other)
    assert (one.joined, one.not_joined) == (other.joined, other.not_joined)


@QUICK
@given(AGENCIES, DECISIONS)
def test_joined_and_parted_again_is_as_it_was(agencies, together) -> None:
    before = linked(agencies)
    known = dict(zip(before.keys.to_pylist(), before.first_night.tolist(), strict=True))
    linked(agencies, known, night=301, together=together)
    assert keys_by_record(agencies, linked(agencies, known, night=302)) == keys_by_record(agencies, before)


@QUICK
@given(st.lists(st.sampled_from(["", "UNKNOWN", "n/k", "Baby", None]), min_size=2, max_size=2))
def test_placeholders_never_link(names) -> None:
    records = [Record(id=f"A{at}", given=name, family=name, upn="A000000000000") for at, name in enumerate(names)]
    assert len(who({"hospital": records[:1], "clinic": records[1:]})) == 2


@QUICK
@given(AGENCIES, st.randoms(use_true_random=False))
def test_the_order_of_records_and_agencies_is_nothing(agencies: dict[str, list[Record]], chance) -> None:
    names = chance.sample(list(agencies), len(agencies))
    shuffled = {name: chance.sample(agencies[name], len(agencies[name])) for name in names}
    one, other = linked(agencies), linked(shuffled)
    assert keys_by_record(agencies, one) == keys_by_record(shuffled, other)
    assert sorted(one.conflicting.to_pylist()) == sorted(other.conflicting.to_pylist())


@QUICK
@given(AGENCIES)
def test_a_night_later_every_child_has_the_key_it_had(agencies: dict[str, list[Record]]) -> None:
    first = linked(agencies, night=300)
    known = dict(zip(first.keys.to_pylist(), first.first_night.tolist(), strict=True))
    again = linked(agencies, known, night=301)
    assert again.key.to_pylist() == first.key.to_pylist()
    assert again.first_night.tolist() == first.first_night.tolist()


@QUICK
@given(AGENCIES)
def test_every_child_has_one_key_that_is_its_own_and_every_key_one_child(agencies: dict[str, list[Record]]) -> None:
    found = linked(agencies)
    assert len(set(found.keys.to_pylist())) == len(found.keys)
    assert len(set(found.key.to_pylist())) == found.children
    owner = dict(zip(found.keys.to_pylist(), found.owner.tolist(), strict=True))
    assert [owner[key] for key in found.key.to_pylist()] == list(range(found.children))
    assert set(found.owner.tolist()) == set(range(found.children))

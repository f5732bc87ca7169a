"""Whatever the records and their order: two valid NHS numbers never join, and linking again changes nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.people import Record, linked, who
from wnb.link import Linked

RECORDS = st.builds(
    Record,
    nhs=st.sampled_from([None, None, 11, 12, 13]),
    own=st.sampled_from([None, "7", "8", "9"]),
    id=st.sampled_from(["A1", "A2", "A3"]),
    live=st.sampled_from([True, True, True, False]),
)
AGENCIES = st.dictionaries(st.sampled_from(["clinic", "hospital", "school"]), st.lists(RECORDS, max_size=7))
QUICK = settings(max_examples=150, deadline=None)


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
def test_one_valid_number_is_never_two_children(agencies: dict[str, list[Record]]) -> None:
    numbers = {f"{agency} {row}": r.nhs for agency, records in agencies.items() for row, r in enumerate(records)}
    children = [{numbers[record] for record in child} - {None} for child in who(agencies)]
    seen = [number for child in children for number in child]
    assert len(seen) == len(set(seen))


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

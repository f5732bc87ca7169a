"""FHIR: however the same resources are written they say the same, and a second reader of the standard agrees."""

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.unit.test_ingest_fhir import WRITTEN, appointment, bundle, ndjson, patient, read_text
from wnb.ingest.fhir_shape import APPOINTMENT, PATIENT, misshapen, paths, wrong_elements
from wnb.ingest.verdict import Reading

WHOLE_APPOINTMENT = appointment(
    "A1",
    "cancelled",
    meta={"lastUpdated": "2026-03-02T18:00:00Z"},
    cancelationReason={"coding": [{"system": "https://a.test", "code": "pat", "display": "Patient"}], "text": "ill"},
    serviceType=[{"coding": [{"code": "1"}], "text": "Eyes"}],
    specialty=[{"text": "Paediatrics"}],
    appointmentType={"coding": [{"code": "ROUTINE"}]},
    participant=[{"status": "accepted", "actor": {"reference": "Patient/p006", "type": "Patient"}}],
)
WHOLE_PATIENT = patient(
    gender="female",
    address=[{"use": "home", "postalCode": "ZZ1"}],
    deceasedBoolean=False,
    deceasedDateTime="2026-01-01",
)
del WHOLE_PATIENT["deceasedDateTime"]
RESOURCES: list[tuple[dict[str, Any], Mapping[str, Any]]] = [(WHOLE_APPOINTMENT, APPOINTMENT), (WHOLE_PATIENT, PATIENT)]
OTHER_KINDS: list[Any] = [[], {}, [[]], [{}], [5], ["x"], {"x": "y"}]
EMPTY: list[Any] = [[], {}, [[]], [{}]]


def places(told: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value in a resource."""
    inner = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    return [(*path, key) for key, _ in inner] + [way for key, value in inner for way in places(value, (*path, key))]


def changed(told: dict[str, Any], way: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The resource with one value in place of another."""
    made = copy.deepcopy(told)
    inner: Any = made
    for key in way[:-1]:
        inner = inner[key]
    inner[way[-1]] = value
    return made


def test_the_whole_resources_are_as_both_have_them() -> None:
    for resource, shape in RESOURCES:
        assert (wrong_elements(resource), misshapen(resource, shape)) == (set(), "")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_what_the_standards_own_reader_refuses_of_what_we_read_is_refused(data: st.DataObject) -> None:
    """A value of another kind anywhere: a list for a text, an object for a list."""
    resource, shape = data.draw(st.sampled_from(RESOURCES))
    way = data.draw(st.sampled_from(places(resource)))
    value = data.draw(st.sampled_from(OTHER_KINDS))
    made = changed(resource, way, value)
    assume(made["resourceType"] == resource["resourceType"])
    theirs, ours = wrong_elements(made) & paths(shape), misshapen(made, shape)
    assert not theirs or ours
    assert theirs or not ours or value in EMPTY  # never stricter than the standard's reader, which lets these pass


names = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from("\u2028\x85\u2029"), min_size=1
)


@given(st.lists(st.tuples(names, st.integers(0, 3)), min_size=1, max_size=8), st.permutations(list(WRITTEN)))
@settings(max_examples=40, deadline=None)
def test_the_same_resources_say_the_same_however_they_are_written(
    told: list[tuple[str, int]], order: list[str]
) -> None:
    people = [patient(number) for number in ("9990001006", "9990001073", "9990001146", "9990001219")]
    theirs = [
        appointment(f"A{n}", of=str(people[of]["id"]), serviceType=[{"text": name}])
        for n, (name, of) in enumerate(told)
    ]
    with TemporaryDirectory() as folder:
        ways = [ndjson(*people, *theirs), ndjson(*theirs, *people), ndjson(*map(bundle, [*theirs, *people]))]
        ways += [WRITTEN[way](bundle(*people, *theirs)) for way in order[:3]]
        read = [read_text(Path(folder), text) for text in ways]
    assert all(rows_of(found) == rows_of(read[0]) for found in read[1:])
    assert read[0].records == len(told)


def rows_of(found: Reading) -> list[dict[str, Any]]:
    return found.rows.drop_columns(["line"]).to_pylist()


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_a_file_cut_anywhere_is_refused_or_says_that_it_may_be_cut(data: st.DataObject) -> None:
    resources = [patient(), *(appointment(f"A{n}") for n in range(4))]
    write: Callable[[], str] = data.draw(
        st.sampled_from([lambda: ndjson(*resources), lambda: WRITTEN["many lines"](bundle(*resources)) + "\n"])
    )
    text = write().rstrip("\n").encode()
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    assume(not cut.endswith(b"\n"))  # then nobody can tell
    with TemporaryDirectory() as folder:
        found = read_text(Path(folder), cut)
    assert found.rejected or "no_final_newline" in found.reasons or (found.rows.num_rows == 0 and found.reasons)

"""Which two addresses are one home, and which are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wnb.addresses import (
    INSTITUTIONS,
    SEALED,
    WITH_OTHERS,
    address_key,
    is_institution,
    is_no_home,
    is_sealed,
    uprn_key,
)

HOME = address_key(["Flat 2", "12 Lea Road", "London"], "ZZ9 9ZZ")


@pytest.mark.parametrize(
    ("lines", "postcode"),
    [
        (["FLAT 2, 12 LEA RD."], "zz99zz"),
        (["Apartment 2 12  Lea  road"], " ZZ9 9ZZ "),
        (["Flat 2,", None, "12 Lea Road, London, UK"], "ZZ9\u00a09ZZ"),
        (["Flat No. 2, 12 Léa Road, ZZ9 9ZZ"], "ZZ9 9ZZ"),
    ],
)
def test_one_home_however_it_is_written(lines: list[str | None], postcode: str) -> None:
    assert HOME
    assert address_key(lines, postcode) == HOME


@pytest.mark.parametrize(
    ("lines", "postcode"),
    [
        (["Flat 3, 12 Lea Road"], "ZZ9 9ZZ"),
        (["12 Lea Road"], "ZZ9 9ZZ"),
        (["Flat 2, 12 Lea Road"], "ZZ9 9ZY"),
        (["Flat 2, 12 Lea Street"], "ZZ9 9ZZ"),
    ],
)
def test_another_flat_house_street_or_postcode_is_another_home(lines: list[str], postcode: str) -> None:
    assert address_key(lines, postcode) not in ("", HOME)


@pytest.mark.parametrize(
    ("lines", "postcode"),
    [
        (["12 Lea Road"], ""), (["12 Lea Road"], "ZZ9"), ([""], "ZZ9 9ZZ"), ([None], None), (["12"], "ZZ9 9ZZ"),
        (["No fixed abode"], "ZZ99 3VZ"), (["Unknown"], "ZZ99 3WZ"), (["Temporary"], "ZZ9 9ZZ"),
        (["The Lea Refuge, 4 Marsh Way"], "ZZ9 9ZZ"), (["c/o Children's Services, Town Hall"], "ZZ9 9ZZ"),
        (["Elizabeth Ward, Marsh Hospital"], "ZZ9 9ZZ"), (["Marsh Children's Home, 9 Lea Road"], "ZZ9 9ZZ"),
        (["Room 9, Lea Hotel"], "ZZ9 9ZZ"), (["Room 4, B&B, 8 Lea Road"], "ZZ9 9ZZ"), (["CONFIDENTIAL"], "ZZ9 9ZZ"),
        (["Address withheld"], "ZZ9 9ZZ"), (["The Lea Refuge", "Park Road"], "ZZ9 9ZZ"),
        (["Marsh Hospital", "Green Lanes"], "ZZ9 9ZZ"), (["Marsh Hospital, Hill Street"], "ZZ9 9ZZ"),
        (["Lea Refuge Hill Street"], "ZZ9 9ZZ"), (["Marsh Children's", "Home", "The Grove"], "ZZ9 9ZZ"),
        (["Bed & Breakfast, 3 Lea Road"], "ZZ9 9ZZ"), (["Mother & Baby Unit, 3 Lea Road"], "ZZ9 9ZZ"),
        (["Safe house", "3 Lea Road"], "ZZ9 9ZZ"), (["No fixed abode, Marsh"], "ZZ9 9ZZ"),
        (["NFA", "Marsh", "London"], "ZZ9 9ZZ"), (["C/O 3 Lea Road"], "ZZ9 9ZZ"), (["c/o", "3 Lea Road"], "ZZ9 9ZZ"),
        (["Foster placement, 3 Lea Road"], "ZZ9 9ZZ"), (["Flat 3", "12 Lea Road", "WITHHELD"], "ZZ9 9ZZ"),
        (["Marsh Surgery, 3 Lea Road"], "ZZ9 9ZZ"), (["Unknown", "Marsh Town"], "ZZ9 9ZZ"),
    ],
)  # fmt: skip
def test_what_is_no_home_joins_nobody(lines: list[str | None], postcode: str | None) -> None:
    assert address_key(lines, postcode) == ""


@pytest.mark.parametrize(
    "lines",
    [
        ["12 School Lane"], ["4 Hospital Road"], ["1 Refuge Close"], ["7 Hotel Street, Marsh"],
        ["Flat 2", "4 Hospital Road", "Park Royal"], ["12 Ward Road Marsh"], ["3 Sealed Road"],
        ["12 Confidential Road"], ["Protected Way", "Marsh"], ["9 Secret Gardens"],
    ],
)  # fmt: skip
def test_a_street_that_is_called_after_one_is_a_street(lines: list[str]) -> None:
    assert not is_institution(lines)
    assert not is_sealed(lines)
    assert not is_no_home(lines)


@pytest.mark.parametrize("name", INSTITUTIONS)
def test_every_institution_of_the_closed_list_is_known_again(name: str) -> None:
    assert is_institution([f"Room 3 The Lea {name} 12 Lea Road"])
    assert is_institution([f"The Lea {name}", "Park Road"])


@pytest.mark.parametrize("name", WITH_OTHERS)
def test_who_has_no_home_of_their_own_does_not_make_the_place_an_institution(name: str) -> None:
    assert is_no_home([f"{name}, 12 Lea Road"])
    assert not is_institution([f"{name}, 12 Lea Road"])


@pytest.mark.parametrize(
    "lines",
    [
        ["Sealed"], ["PROTECTED ADDRESS"], ["address withheld."], ["(confidential)"], ["Address sealed"],
        ["Sealed address"], ["Confidential address"], ["Address protected"], ["Do not disclose"],
        ["NOT TO BE DISCLOSED"], ["Undisclosed"], ["Restricted"], ["Witheld"], ["c/o", "WITHHELD"],
        ["12 Lea Road", "", "Withheld"], ["12 Lea Road - do not share"], ["12 Lea Road", None, "Not to", "be shared"],
        ["Confidential Park Road"], ["CONFIDENTIAL", "Hill Street"], ["The Lea Refuge", "Park Road"],
        ["Safe house, 3 Lea Road"], ["E8 1DY withheld"],
    ],
)  # fmt: skip
def test_an_address_that_says_in_any_line_that_it_may_not_be_told(lines: list[str | None]) -> None:
    assert is_sealed(lines)


@pytest.mark.parametrize("word", SEALED)
def test_every_word_that_seals_is_known_again(word: str) -> None:
    assert is_sealed([f"12 Lea Road {word}"])
    assert is_sealed([None, "Marsh", word.upper()])


@pytest.mark.parametrize("lines", [["12 Lea Road"], ["Flat 2", "4 Hospital Road"], [None, ""], [], ["Unknown"]])
def test_an_address_that_says_nothing_of_the_kind(lines: list[str | None]) -> None:
    assert not is_sealed(lines)


def test_a_uprn_with_and_without_its_zeros() -> None:
    assert uprn_key("000000199356") == uprn_key(" 199356") == uprn_key("199356.0") == "199356"
    assert [uprn_key(text) for text in (None, "", "12 Lea Road", "1" * 13, "000")] == [""] * 5


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=8))
def test_whatever_is_written_has_one_key(first: str, second: str, postcode: str) -> None:
    """In capitals, in one field or in two, the same or none; and never a key without a postcode."""
    key = address_key([first, second], postcode)
    assert len({key, address_key([f"{first} {second}"], postcode)} - {""}) <= 1
    assert not key or len(key.rpartition("|")[2]) >= 5

"""Names, dates and postcodes as they are compared: what is one, what is a slip, and what can never link."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wnb.comparable import (
    Likeness,
    dates_alike,
    name,
    names_alike,
    one_slip,
    postcode,
    postcodes_alike,
    two_people,
)

BORN = date(2019, 6, 30)


@pytest.mark.parametrize(
    ("delivered", "compared"),
    [
        ("O'Rourke", "orourke"),
        ("O\u2019ROURKE", "orourke"),
        ("Fitz-Gerald", "fitz gerald"),
        ("Fitz\u2011Gerald", "fitz gerald"),
        ("Wo\u0301jcik", "wojcik"),
        ("Wójcik", "wojcik"),
        ("Łucja", "lucja"),
        ("Yıldız", "yildiz"),
        ("Çınar", "cinar"),
        ("Nguyễn", "nguyen"),
        ("St. Clair", "st clair"),
        ("de Souza, Neta", "de souza neta"),
        ("\u200bAmelia\u00ad", "amelia"),
        ("  Ama  ", "ama"),
        ("Шевченко", "шевченко"),
    ],
)
def test_one_name_however_it_is_written(delivered: str, compared: str) -> None:
    assert name(delivered) == compared


@pytest.mark.parametrize(
    "nobody",
    [
        "",
        None,
        "UNKNOWN",
        "Not known",
        "N/K",
        "A.",
        "Baby",
        "BABY BOY",
        "Baby of Sarah",
        "B/O Sarah Smith",
        "Twin 1",
        "-",
        "xx",
        "Test",
    ],
)
def test_what_stands_for_nobody_is_no_name(nobody: str | None) -> None:
    assert name(nobody) == ""
    assert names_alike(name(nobody), name(nobody)) is Likeness.UNKNOWN


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Okonkwo", "OKONKWO", Likeness.SAME),
        ("MacNamara", "Mac Namara", Likeness.SAME),
        ("Nguyen Thao", "Thao Nguyen", Likeness.PART),
        ("Archer", "Archer-Bellwood", Likeness.PART),
        ("Chowdhury", "Chowdhry", Likeness.SLIP),
        ("Rayhan", "Rayahn", Likeness.SLIP),
        ("Ayşe", "Ayla", Likeness.DIFFERENT),
        ("Ama", "Ada", Likeness.DIFFERENT),
        ("Archer", "", Likeness.UNKNOWN),
    ],
)
def test_how_alike_two_names_are(one: str, other: str, alike: Likeness) -> None:
    assert names_alike(name(one), name(other)) is names_alike(name(other), name(one)) is alike


@pytest.mark.parametrize(
    ("other", "alike"),
    [
        (date(2019, 6, 30), Likeness.SAME),
        (date(2019, 6, 20), Likeness.SLIP),
        (date(2091, 6, 30), Likeness.SLIP),
        (date(2016, 2, 11), Likeness.DIFFERENT),
        (date(2008, 6, 30), Likeness.PART),  # the same day of another year
        (date(2018, 1, 1), Likeness.PART),  # a birthday that was guessed
        (None, Likeness.UNKNOWN),
    ],
)
def test_how_alike_two_dates_are(other: date | None, alike: Likeness) -> None:
    assert dates_alike(BORN, other) is dates_alike(other, BORN) is alike


def test_day_and_month_the_wrong_way_round() -> None:
    assert dates_alike(date(2019, 6, 3), date(2019, 3, 6)) is Likeness.SWAPPED


@pytest.mark.parametrize("nowhere", ["", None, "E8", "ZZ99 3VZ", "xx1 1xx", "unknown", "E8 1D"])
def test_a_part_of_a_postcode_and_one_that_is_nobodys_home_are_none(nowhere: str | None) -> None:
    assert postcode(nowhere) == ""
    assert postcodes_alike(postcode(nowhere), postcode(nowhere)) is Likeness.UNKNOWN


def test_a_postcode_is_the_same_in_any_dress() -> None:
    assert postcode(" e8\u00a01dy") == postcode("E81DY") == "E81DY"
    assert postcodes_alike("E81DY", "E81DV") is Likeness.SLIP


@given(st.text("abcd", max_size=6), st.text("abcd", max_size=6))
def test_a_slip_is_one_edit_whoever_is_asked_first(one: str, other: str) -> None:
    edits = {one}
    for at in range(len(one) + 1):
        edits |= {one[:at] + c + one[at:] for c in "abcd"} | {one[:at] + c + one[at + 1 :] for c in ["", *"abcd"]}
        edits.add(one[:at] + one[at : at + 2][::-1] + one[at + 2 :])
    assert one_slip(one, other) is one_slip(other, one) is (other in edits)


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        (("ayse", "kocak", BORN), ("ayse", "kocak", date(2016, 2, 11)), False),  # the whole date was wrong
        (("ayse", "kocak", BORN), ("ayse", "demirci", date(2019, 6, 20)), False),  # a slip, and a new surname
        (("ayse", "kocak", BORN), ("ayse", "demirci", date(2016, 2, 11)), True),
        (("ayse", "kocak", BORN), ("emir", "kocak", date(2016, 2, 11)), True),  # her brother
        (("ayse", "kocak", BORN), ("emir", "kocak", date(2018, 6, 30)), True),  # her brother, a year to the day
        (("ayse", "kocak", BORN), ("ayla", "kocak", BORN), False),  # a twin, or a name for every day: names do not say
        (("", "", BORN), ("", "", date(2016, 2, 11)), True),
        (("", "", BORN), ("", "", date(2019, 6, 20)), False),
        (("", "", None), ("emir", "kocak", BORN), False),
        (("", "", BORN), ("", "", date(2018, 1, 1)), False),  # social care's guess
        (("ayse", "kocak", BORN), ("emir", "kocak", date(2018, 1, 1)), True),  # a guess is no reason for another name
        (("ayse", "kocak", BORN), ("kocak", "ayse", date(2016, 2, 11)), False),  # names the other way round
        (("amina", "warsame", BORN), ("amira", "warsame", date(2014, 2, 11)), True),  # sisters are called alike
        (("mohammed", "ali", BORN), ("mohammed yusuf", "ali", date(2014, 2, 11)), True),  # and brothers
        (("ayse", "kocak", BORN), ("ayse", "kocak demir", date(2016, 2, 11)), False),
        (("ayse", "kocak", BORN), ("ayse", "", date(2016, 2, 11)), True),
    ],
)
def test_two_people_behind_one_number(one: tuple, other: tuple, two: bool) -> None:
    assert two_people(one, other) is two_people(other, one) is two

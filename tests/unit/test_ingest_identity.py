"""NHS numbers: what verifies, what only looks like it, and that two other people's check agrees with ours."""

import nhs_number
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs, upn

from wnb import identity


@given(st.integers(0, 9_999_999_999))
def test_our_check_digit_agrees_with_two_libraries(number: int) -> None:
    text = f"{number:010}"
    placeholder = len(set(text)) == 1 or text in ("0123456789", "9876543210")
    assert identity.verifies(number) is (nhs.is_valid(text) and not placeholder)
    assert identity.verifies(number) is (nhs_number.calculate_checksum(text[:9]) == int(text[9]) and not placeholder)


@pytest.mark.parametrize("digit", "0123456789")
def test_ten_equal_digits_pass_the_check_and_are_refused_all_the_same(digit: str) -> None:
    assert nhs.is_valid(digit * 10)
    assert identity.number_in(digit * 10) == (0, identity.PLACEHOLDER)


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("9990001006", identity.VERIFIED),
        ("999 000 1006", identity.VERIFIED),
        ("999-000-1006", identity.VERIFIED),
        ("999\u00a0000\u00a01006", identity.VERIFIED),
        ("9990001006.0", identity.VERIFIED),
        ("\u200b9990001006", identity.VERIFIED),
        ("9990001006.5", identity.LENGTH),
        ("9990001007", identity.CHECK_DIGIT),
        ("9990001060", identity.CHECK_DIGIT),
        ("999000100", identity.LENGTH),
        ("09990001006", identity.LENGTH),
        ("+9990001006", identity.LENGTH),
        ("9_990_001_006", identity.LENGTH),
        ("٩٩٩٠٠٠١٠٠٦", identity.LENGTH),
        ("9.99E+09", identity.SCIENTIFIC),
        ("9.990001006e9", identity.SCIENTIFIC),
        ("UNKNOWN", identity.PLACEHOLDER),
        ("-", identity.PLACEHOLDER),
        ("", identity.MISSING),
        ("   ", identity.MISSING),
    ],
)
def test_a_number_is_ten_digits_of_text_and_nothing_is_made_of_less(text: str, standing: int) -> None:
    assert identity.number_in(text)[1] == standing
    assert identity.number_in(text)[0] == (9_990_001_006 if standing == identity.VERIFIED else 0)


@given(st.lists(st.one_of(st.from_regex(r"[0-9 ]{0,12}", fullmatch=True), st.text(max_size=12))))
def test_the_fast_reading_of_a_column_says_the_same_as_the_slow_one_of_a_text(texts: list[str]) -> None:
    encoded = [text.encode() for text in texts]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    number, standing = identity.numbers(offsets, np.frombuffer(b"".join(encoded), np.uint8))
    for at, text in enumerate(texts):
        if standing[at] != identity.OTHER:
            assert (number[at], standing[at]) == identity.number_in(text)


# ---------------------------------------------------------------- other registers, and pupils


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (9_990_001_006, identity.Kind.NHS),
        (4_505_577_104, identity.Kind.NHS),
        (101_150_002, identity.Kind.CHI),  # 01 01 15: a child of January 2015
        (3_112_990_000, identity.Kind.CHI),
        (3_213_990_000, identity.Kind.HC),
        (3_999_999_999, identity.Kind.HC),
        (18, identity.Kind.NHS),
    ],
)
def test_a_number_of_scotland_or_northern_ireland_is_told_by_its_range(number: int, kind: identity.Kind) -> None:
    assert identity.kind_of(number) is kind


def test_a_number_that_is_kept_for_tests_is_known() -> None:
    assert identity.is_test(9_990_001_006)
    assert not identity.is_test(4_505_577_104)


def test_a_upn_has_its_check_letter() -> None:
    assert identity.upn_in("B801200005001") == "B801200005001"
    assert identity.upn_in(" b801-2000 05001 ") == "B801200005001"
    assert identity.upn_in("P207000016049") == "P207000016049"
    assert identity.upn_in("Q207000016049") is None  # as a vendor's page has it, wrongly
    assert identity.upn_in("B80120000500") is None
    assert identity.upn_in("A000000000000") is None
    assert identity.upn_in("UNKNOWN") is None


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_two_peoples_check_letter_agrees(digits: str) -> None:
    letter = upn.calc_check_digit(digits)
    assert identity.upn_in(letter + digits) == (None if len(set(digits)) == 1 else letter + digits)
    other = "A" if letter != "A" else "B"
    assert identity.upn_in(other + digits) is None


def test_a_temporary_upn_ends_with_a_letter() -> None:
    stem = "80120000500"
    [temporary] = [found for letter in identity.UPN_LETTERS if (found := identity.upn_in(f"{letter}{stem}B"))]
    assert identity.is_temporary(temporary)
    assert not identity.is_temporary("B801200005001")

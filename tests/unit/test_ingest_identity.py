"""NHS numbers: what verifies, what only looks like it, and that two other people's check agrees with ours."""

import nhs_number
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.gb import nhs

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

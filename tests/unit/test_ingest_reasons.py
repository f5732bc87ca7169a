"""Every reason code of the interface has words, and every word is for a person who can do something."""

import re
from pathlib import Path

import pytest

from tests.conftest import PROJECT, SHARED
from wnb.ingest.reasons import REASONS, remedy


def interface() -> str:
    """The project's own copy of the interface, or the one beside it."""
    for path in (PROJECT / "docs" / "interface.md", SHARED / "interface.md"):
        if path.is_file():
            return path.read_text()
    pytest.skip("the interface is not beside this checkout")


def test_the_table_covers_every_code_of_the_interface_and_no_other() -> None:
    listed = re.search(r"^Reason codes: `(.*?)`\.", interface(), re.DOTALL | re.MULTILINE)
    assert listed
    assert set(listed[1].split()) == set(REASONS)


@pytest.mark.parametrize("code", sorted(REASONS))
def test_each_code_says_what_it_means_and_what_to_do(code: str) -> None:
    told = REASONS[code]
    assert told.meaning
    assert not told.meaning.endswith(".")
    assert told.remedy.endswith(".")
    assert told.remedy in remedy(code)


def test_every_code_that_the_readers_write_is_in_the_table() -> None:
    written = set()
    for source in (PROJECT / "wnb" / "ingest").glob("*.py"):
        written |= set(re.findall(r'(?:refused\(|warnings\[|reasons\[)"(\w+)"', source.read_text()))
    assert written
    assert written <= set(REASONS)


def test_no_reader_falls_back_on_guessing() -> None:
    banned = re.compile(
        r"ignore_errors|on_bad_lines|dayfirst|format=.mixed|errors=.(coerce|ignore|replace)|splitlines\(\)"
    )
    for source in Path(PROJECT / "wnb" / "ingest").rglob("*.py"):
        assert not banned.search(source.read_text()), source

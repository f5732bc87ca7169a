"""`wnb check` warns of what is well formed and would do nothing, or harm, night after night."""

from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import NIGHT, WNB, Small, agency_yaml
from tests.statuses import SOCIAL
from wnb.checking import checked

UPN = "linking: {upn_legal_basis: The sharing agreement of 2026}\n"
NO_LAST_DAY = "a status that begins is never over"


def warned(small: Small, words: str) -> list[str]:
    return [each for each in checked(small.configuration, False, at_noon(NIGHT)).document["warnings"] if words in each]


def social(root: Path, *changes: tuple[str, str], delivers: str = "delivers: changes") -> Small:
    """A partnership with an agency that holds statuses, whose YAML is changed so."""
    small = Small.begin(root)
    text = SOCIAL.format(sharing="partnership", delivers=delivers)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    small.configure("agencies/social.yaml", text)
    return small


LAST_DAY = ('  status_to: {column: until, format: "%Y-%m-%d"}\n', "")
CLOSED = ("  CL: ended\n", "")


def test_statuses_that_nothing_ever_ends_are_a_warning_with_its_remedy(tmp_path: Path) -> None:
    [said] = warned(social(tmp_path, LAST_DAY, CLOSED), NO_LAST_DAY)
    assert said.startswith(f"{tmp_path / 'config' / 'agencies' / 'social.yaml'}: ")
    assert "status_to" in said
    assert "gone_means: ended" in said


@pytest.mark.parametrize(
    ("changes", "delivers"),
    [
        ((CLOSED,), "delivers: changes"),
        ((LAST_DAY,), "delivers: changes"),
        ((LAST_DAY, CLOSED), "delivers: snapshot, snapshot_covers: everything, gone_means: ended"),
    ],
)
def test_a_last_day_a_code_or_a_list_of_those_who_have_it_now_ends_them(
    tmp_path: Path, changes: tuple[tuple[str, str], ...], delivers: str
) -> None:
    assert warned(social(tmp_path, *changes, delivers=delivers), NO_LAST_DAY) == []


def test_a_last_day_that_a_later_version_takes_away_is_missed(tmp_path: Path) -> None:
    later = "statuses:\n", "versions: [{from: 2026-01-01, columns: {status_to: null}}]\nstatuses:\n"
    assert len(warned(social(tmp_path, CLOSED, later), NO_LAST_DAY)) == 1


def upns(root: Path, *agencies: str, wnb: str = WNB + UPN) -> list[str]:
    small = Small.begin(root, wnb=wnb)
    for agency in agencies:
        text = agency_yaml(agency).replace("  service: service\n", "  service: service\n  school_upn: upn\n")
        small.configure(f"agencies/{agency}.yaml", text)
    return warned(small, "upn_legal_basis")


def test_upns_that_fewer_than_two_agencies_declare_link_nothing_and_it_is_said(tmp_path: Path) -> None:
    [nobody] = upns(tmp_path / "a")
    assert nobody.startswith(f"{tmp_path / 'a' / 'config' / 'wnb.yaml'}: ")
    assert "no agency declares school_upn" in nobody
    [one] = upns(tmp_path / "b", "clinic")
    assert "only clinic declares school_upn" in one


def test_upns_of_two_agencies_or_without_a_basis_are_no_warning(tmp_path: Path) -> None:
    assert upns(tmp_path / "a", "clinic", "school") == []
    assert upns(tmp_path / "b", wnb=WNB) == []


def test_a_status_that_is_kept_and_that_no_code_means_protects_nothing_and_it_is_said(tmp_path: Path) -> None:
    kept = (
        "holds: statuses\n",
        "holds: statuses\nsharing_by_status: {domestic-abuse: fact-only, disability: fact-only}\n",
    )
    [said] = warned(social(tmp_path, kept), "sharing_by_status")
    assert "disability" in said
    assert "domestic-abuse" not in said

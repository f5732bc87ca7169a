"""`wnb rules …`: one person proposes a version, another approves it; what may not be is refused in words."""

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.partnership import at_noon
from tests.small import AMARA, NIGHT, RULES, Small, missed
from wnb.checking import checked
from wnb.errors import ConfigurationFaults, Exit, LockHeld, UsageFault
from wnb.governed import rules_of, rules_sha256
from wnb.governing import approve, diff, listed, propose, shown
from wnb.nightly import locked, opened
from wnb.standing import standing
from wnb.told import Told

NOON = at_noon(NIGHT + timedelta(days=1))
NEXT = NIGHT + timedelta(days=1)
TWO = RULES.replace('version: "1"', 'version: "2"').replace("at_least: 2", "at_least: 3")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """One night is done."""
    small = Small.begin(tmp_path_factory.mktemp("done"))
    small.send("clinic", NIGHT, missed(AMARA, 3, 9))
    small.night(NIGHT)
    return small


@pytest.fixture
def small(done: Small, tmp_path: Path) -> Small:
    shutil.copytree(done.root, tmp_path / "here")
    return Small(tmp_path / "here")


def drafted(small: Small, text: str = TWO) -> Path:
    draft = small.root / "draft.yaml"
    draft.write_text(text, "utf-8")
    return draft


def proposal(small: Small, text: str = TWO, by: str = "B. Officer", reason: str = "") -> Told:
    return propose(small.configuration, drafted(small, text), by, reason, NOON)


def approval(
    small: Small, version: str = "2", by: str = "A. Lead", since: date | None = None, whatif: Path | None = None
) -> Told:
    return approve(small.configuration, version, by, since, whatif, NOON)


def entries(small: Small) -> list[tuple[str, str, str]]:
    with opened(small.configuration, NOON) as casebook:
        assert casebook.verify_audit().holds
        return [(e.actor, e.what, e.phrase) for e in casebook.audit() if e.what.startswith("rules-")]


def approvals(small: Small) -> int:
    with opened(small.configuration, NOON) as casebook:
        return len(casebook.rules_register().approvals)


# ---------------------------------------------------------------- the plain way


def test_a_version_is_proposed_approved_listed_shown_and_audited(small: Small) -> None:
    told = proposal(small, reason="Two is chance")
    assert "Version 2 against version 1 (config/rules.yaml)" in told.words
    assert "at_least: 2 -> 3" in told.words
    assert "wnb rules approve 2 --by NAME" in told.words
    assert "waits for another person" in listed(small.configuration, NOON).words
    told = approval(small)
    assert told.document["from"] == str(NEXT)
    assert "wnb rules show 2 > rules.new" in told.words
    assert entries(small) == [
        ("B. Officer", "rules-proposed", "Proposed the rules 2"),
        ("A. Lead", "rules-approved", f"Approved the rules 2, in force from {NEXT}"),
    ]
    said = listed(small.configuration, NOON)
    assert said.document["in_force"] == "2"
    assert said.document["approved_by"] == "A. Lead on 13 November 2026 (proposed by B. Officer)"
    assert [v["nights"] for v in said.document["versions"]] == [
        {"number": 1, "first": str(NIGHT), "last": str(NIGHT)},
        None,
    ]
    assert "proposed by B. Officer on 2026-11-13: Two is chance" in said.words
    assert shown(small.configuration, "2", NOON).words == TWO


def test_the_audit_holds_the_reason_as_a_hash_alone(small: Small) -> None:
    proposal(small, reason="something that was said of a family")
    with closing(sqlite3.connect(small.root / "casebook.db")) as book:
        [(kept,)] = book.execute("SELECT reason FROM rules_proposals")
        audit = book.execute("SELECT * FROM audit").fetchall()
    assert kept == "something that was said of a family"
    assert "something" not in str(audit)


def test_looking_makes_no_casebook(tmp_path: Path) -> None:
    small = Small.begin(tmp_path / "fresh")
    draft = drafted(small)
    before = sorted(small.root.rglob("*"))
    diff(small.configuration, draft, NOON)
    assert listed(small.configuration, NOON).document["in_force"] == "1"
    with pytest.raises(UsageFault, match="nobody proposed version 2"):
        shown(small.configuration, "2", NOON)
    assert sorted(small.root.rglob("*")) == before


def test_without_a_draft_the_file_is_compared_with_what_is_used(small: Small) -> None:
    small.configure("rules.yaml", TWO)
    told = diff(small.configuration, None, NOON)
    assert (told.document["before"]["version"], told.document["after"]["version"]) == ("1", "2")
    assert told.document["before"]["because"] == f"what the night of {NIGHT} used"
    small.configure("rules.yaml", RULES)
    proposal(small)
    approval(small)
    told = diff(small.configuration, None, NOON)
    assert (told.document["before"]["version"], told.document["after"]["version"]) == ("2", "1")


def test_before_the_first_night_a_version_is_from_today(tmp_path: Path) -> None:
    small = Small.begin(tmp_path)
    proposal(small, RULES)
    assert approval(small, "1").document["from"] == str(NIGHT + timedelta(days=1))
    assert "config/rules.yaml says the same" in approval(small, "1").words


# ---------------------------------------------------------------- what is refused


def test_the_proposer_never_approves(small: Small) -> None:
    proposal(small)
    for by in ("B. Officer", " b.  officer"):
        with pytest.raises(UsageFault, match=r"B\. Officer proposed version 2: another person approves it"):
            approval(small, by=by)
    assert approvals(small) == 0


@pytest.mark.parametrize("by", ["", "  "])
def test_nobody_neither_proposes_nor_approves(small: Small, by: str) -> None:
    with pytest.raises(UsageFault, match="--by NAME"):
        proposal(small, by=by)
    proposal(small)
    with pytest.raises(UsageFault, match="--by NAME"):
        approval(small, by=by)


def test_what_nobody_proposed_is_not_approved(small: Small) -> None:
    with pytest.raises(UsageFault, match="nobody proposed version 1; first: wnb rules propose"):
        approval(small, "1")


def test_a_night_that_is_done_is_not_changed(small: Small) -> None:
    proposal(small)
    with pytest.raises(UsageFault, match=f"the night of {NIGHT} is done"):
        approval(small, since=NIGHT)
    assert approval(small, since=NEXT).exit is Exit.DONE


def test_a_version_stands_for_one_set_of_rules(small: Small) -> None:
    with pytest.raises(UsageFault, match="version 1 was used by nights, with other rules"):
        proposal(small, TWO.replace('"2"', '"1"'))
    proposal(small)
    with pytest.raises(UsageFault, match=r"version 2 was proposed by B\. Officer on 2026-11-13, with other rules"):
        proposal(small, TWO.replace("at_least: 3", "at_least: 4"))
    with pytest.raises(UsageFault, match="with these very rules"):
        proposal(small)
    told = diff(small.configuration, drafted(small, TWO.replace("at_least: 3", "at_least: 4")), NOON)
    assert told.document["refused"] == [
        "version 2 was proposed by B. Officer on 2026-11-13, with other rules: name this one otherwise"
    ]


def test_an_id_that_a_night_used_is_not_given_to_another_pattern_even_long_after(small: Small) -> None:
    without = RULES.replace('"1"', '"2"').partition("  - {id: own-two")[0]
    proposal(small, without)
    approval(small)
    again = without.replace('"2"', '"3"') + (
        "  - {id: own-two, title: t, pattern: in_a_row, at_least: 2, step: engage, scope: agency, list: own-agency,\n"
        "     in_force_from: 2026-01-01, source: a proposal}\n"
    )
    with pytest.raises(UsageFault, match="own-two: this id was a rule of the pattern repeated, and is in_a_row here"):
        proposal(small, again)
    told = diff(small.configuration, drafted(small, without.replace('"2"', '"4"')), NOON)
    assert told.document["never_again"] == ["own-two"]


def test_an_id_that_was_taken_between_proposal_and_approval_is_refused_then(small: Small) -> None:
    def with_new(version: str, rest: str) -> str:
        rule = f"  - {{id: new, title: t, {rest}, step: review, in_force_from: 2026-01-01, source: s}}\n"
        return RULES.replace('"1"', f'"{version}"') + rule

    proposal(small, with_new("2", "pattern: in_a_row, at_least: 2"))
    proposal(small, with_new("3", "pattern: repeated, at_least: 2, within_days: 9"))
    approval(small, "3")
    with pytest.raises(UsageFault, match="new: this id was a rule of the pattern repeated"):
        approval(small, "2")


def test_a_draft_with_faults_is_told_with_their_places(small: Small) -> None:
    with pytest.raises(ConfigurationFaults, match=r"draft.yaml:2:1: recall_day: no such key"):
        proposal(small, TWO.replace("recall_days", "recall_day"))
    with pytest.raises(ConfigurationFaults, match="there is no such file"):
        diff(small.configuration, small.root / "nowhere.yaml", NOON)


def test_neither_is_written_while_a_night_is_at_work(small: Small) -> None:
    with locked(small.configuration):
        with pytest.raises(LockHeld):
            proposal(small)
        with pytest.raises(LockHeld):
            approval(small)


# ---------------------------------------------------------------- the what-if


def whatif(small: Small, **draft: str) -> Path:
    told = {"schema": "wnb.whatif/1", "draft": {"version": "2", "sha256": rules_sha256(rules_of(TWO, "")), **draft}}
    path = small.root / "whatif.json"
    path.write_text(json.dumps(told))
    return path


def test_the_what_if_is_kept_by_its_hash(small: Small) -> None:
    proposal(small)
    told = approval(small, whatif=whatif(small))
    assert told.document["whatif_sha256"] == hashlib.sha256(whatif(small).read_bytes()).hexdigest()
    [version] = [v for v in listed(small.configuration, NOON).document["versions"] if v["version"] == "2"]
    assert version["approved"][0]["whatif_sha256"] == told.document["whatif_sha256"]


@pytest.mark.parametrize("other", [{"sha256": "0" * 64}, {"version": "3"}])
def test_a_what_if_of_other_rules_is_refused(small: Small, other: dict[str, str]) -> None:
    proposal(small)
    with pytest.raises(UsageFault, match="it was made for version"):
        approval(small, whatif=whatif(small, **other))
    assert approvals(small) == 0


def test_another_document_of_ours_is_no_what_if_and_a_report_of_another_form_is_kept_unread(small: Small) -> None:
    proposal(small)
    with pytest.raises(UsageFault, match=r"this is a wnb.night/1, and no what-if"):
        approval(small, whatif=small.lists(NIGHT) / "night.json")
    with pytest.raises(UsageFault, match="there is no such file"):
        approval(small, whatif=small.root / "nowhere")
    page = small.root / "whatif.html"
    page.write_bytes(b"<html>\xff</html>")
    assert approval(small, whatif=page).document["whatif_sha256"] == hashlib.sha256(page.read_bytes()).hexdigest()


# ---------------------------------------------------------------- what the check says


def refused(small: Small) -> list[str]:
    """What of the rules must not go live, but for their approval."""
    told = checked(small.configuration, True, NOON).document["refused"]
    return [words for words in told if "version" in words]


def test_check_goes_by_the_rules_in_force_and_live_refuses_a_file_that_departs_from_them(small: Small) -> None:
    proposal(small)
    approval(small)
    told = checked(small.configuration, False, NOON).document
    assert (told["rules_version"], told["approved_by"][:7]) == ("2", "A. Lead")
    assert "3 or more days" in told["rules"][0]["says"]
    assert any("(version 1) is not in force" in words for words in told["warnings"])
    assert len(refused(small)) == 1
    small.configure("rules.yaml", TWO)
    assert refused(small) == []


def test_check_says_that_a_file_was_changed_and_not_named_anew_and_live_refuses_it(small: Small) -> None:
    small.configure("rules.yaml", TWO.replace('"2"', '"1"') + 'approved_by: "A. Lead"\n')
    told = checked(small.configuration, False, NOON).document["warnings"]
    said = [words for words in told if "version" in words]
    assert [words.partition(":")[0] for words in said] == [
        "config/rules.yaml was changed and its version is still 1",
        "version 1 was used by nights, with other rules",
    ]
    assert refused(small) == said


def test_check_tells_of_a_casebook_that_cannot_be_read_and_checks_the_rest(small: Small) -> None:
    (small.root / "casebook.db").write_bytes(b"not a database" * 100)
    told = checked(small.configuration, False, NOON)
    assert told.exit is Exit.DONE
    assert any("the casebook could not be read" in words for words in told.document["warnings"])
    assert any("the casebook could not be read" in words for words in
               checked(small.configuration, True, NOON).document["refused"])  # fmt: skip


def test_status_says_which_rules_the_next_night_uses(small: Small) -> None:
    proposal(small)
    approval(small, since=NEXT + timedelta(days=9))
    told = standing(small.configuration, NOON)
    assert told.document["rules"]["version"] == "1"
    assert f"Rules:       version 1, not approved; 2 from {NEXT + timedelta(days=9)}" in told.words

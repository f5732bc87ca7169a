"""The corpus's case that only its sender can tell from a whole file: it is cut in its last field."""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.partnership import Partnership

pytestmark = pytest.mark.shared

CASE = "b05_cut_in_last_field.csv"
WHOLE = "00_control_good.csv"
RULES = """\
version: corpus-1
recall_days: 365
rules:
  - {id: not-brought-once, title: Not brought once, pattern: repeated, at_least: 1, within_days: 365, step: review,
     in_force_from: 2026-01-01, source: corpus}
"""
LONG_STILL = 946_684_800  # seconds since 1970: nothing of it is on its way any more


@pytest.fixture(scope="module")
def spec(shared_corpus: Path) -> Mapping[str, Any]:
    return dict(YAML(typ="safe").load((shared_corpus / "expected.yaml").read_text("utf-8")))


def workspace(root: Path, spec: Mapping[str, Any], complete_when: str) -> Partnership:
    """The corpus's agency, which says when a file of it is whole."""
    agency = {**spec["base"]["agency"], **spec["cases"][CASE].get("agency", {})}
    agency["extract"] = {**agency.get("extract", {}), "complete_when": complete_when}
    (root / "config" / "agencies").mkdir(parents=True)
    (root / "config" / "wnb.yaml").write_text(
        "partnership: Corpus\npaths: {inbox: inbox, data: data, lists: lists}\ncasebook: sqlite:///casebook.db\n"
        "settle_seconds: 0\n",
        "utf-8",
    )
    (root / "config" / "rules.yaml").write_text(RULES, "utf-8")
    with (root / "config" / "agencies" / f"{agency['agency']}.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(agency, file)
    (root / "inbox" / agency["agency"]).mkdir(parents=True)
    return Partnership(root)


def told(
    partnership: Partnership, spec: Mapping[str, Any], files: Mapping[str, bytes]
) -> tuple[dict[str, Any], set[str]]:
    """What the night says of the case's file, and the appointments that put a child on the list."""
    inbox = partnership.root / "inbox" / spec["base"]["agency"]["agency"]
    for name, content in files.items():
        (inbox / name).write_bytes(content)
        os.utime(inbox / name, (LONG_STILL, LONG_STILL))
    night = date.fromisoformat(str(spec["as_of"]))
    partnership.night(night)
    [extract] = partnership.document(night)["extracts"]
    evidence = {ref.split("/", 1)[1] for finding in partnership.findings(night) for ref in finding["evidence"]}
    return extract, evidence


def manifest_of(content: bytes, **only: object) -> bytes:
    said = {"rows": content.count(b"\n") - 1, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return json.dumps(only or said).encode()


@pytest.mark.parametrize("says", ["everything", "bytes", "sha256"])
def test_a_file_cut_in_its_last_field_is_refused_by_its_manifest_as_the_case_expects(
    tmp_path: Path, shared_corpus: Path, spec: Mapping[str, Any], says: str
) -> None:
    cut, whole = ((shared_corpus / name).read_bytes() for name in (CASE, WHOLE))
    assert whole.startswith(cut)
    said = {
        "everything": manifest_of(whole),
        "bytes": manifest_of(whole, bytes=len(whole)),
        "sha256": manifest_of(whole, sha256=hashlib.sha256(whole).hexdigest()),
    }[says]
    partnership = workspace(tmp_path, spec, "manifest")
    extract, evidence = told(partnership, spec, {CASE: cut, f"{CASE}.manifest.json": said})
    case = spec["cases"][CASE]
    reason = "checksum" if says == "sha256" else "truncated"  # a hash alone cannot say which of the two it is
    assert (extract["outcome"], extract["alarm"], list(extract["reasons"])) == (case["outcome"], True, [reason])
    assert evidence == set(case["not_brought"])


def test_the_whole_file_with_its_manifest_is_taken(
    tmp_path: Path, shared_corpus: Path, spec: Mapping[str, Any]
) -> None:
    whole = (shared_corpus / WHOLE).read_bytes()
    partnership = workspace(tmp_path, spec, "manifest")
    extract, evidence = told(partnership, spec, {CASE: whole, f"{CASE}.manifest.json": manifest_of(whole)})
    assert extract["outcome"] == "accepted"
    assert evidence == set(spec["base"]["not_brought"])


@pytest.mark.parametrize("complete_when", ["manifest", "done_file"])
def test_without_its_agencys_word_the_cut_file_is_not_taken(
    tmp_path: Path, shared_corpus: Path, spec: Mapping[str, Any], complete_when: str
) -> None:
    cut = (shared_corpus / CASE).read_bytes()
    extract, evidence = told(workspace(tmp_path, spec, complete_when), spec, {CASE: cut})
    assert (extract["outcome"], evidence) == ("deferred", set())

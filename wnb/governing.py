"""`wnb rules …`: a change of the thresholds is a version that one person proposes and another approves."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from wnb.config import Configuration
from wnb.draft import as_document, changes, in_words, retired
from wnb.errors import ConfigurationFaults, Fault, UsageFault
from wnb.governed import FILE, Approval, Governed, Proposal, rules_of, rules_sha256
from wnb.nightly import Clock, locked, opened
from wnb.patterns.words import on_day
from wnb.placing import read_model
from wnb.rulebook import Known
from wnb.rules import Rules
from wnb.store.database import is_there
from wnb.told import Told

WHATIF = "wnb.whatif/1"


def stands(configuration: Configuration, clock: Clock) -> tuple[Governed, tuple[str, ...]]:
    """For `wnb check`: the rules that the next night uses, and why the file in `config/` may not be a version."""
    known = _looked(configuration, clock)
    return known.ruled, known.wrong_with(configuration.rules)


def _looked(configuration: Configuration, clock: Clock) -> Known:
    if not is_there(configuration.partnership.casebook, configuration.root):  # to look makes none
        return Known(configuration, None, _today(configuration, clock))
    with opened(configuration, clock) as casebook:
        return Known(configuration, casebook, _today(configuration, clock))


def _today(configuration: Configuration, clock: Clock) -> date:
    return clock.now().astimezone(ZoneInfo(configuration.partnership.timezone)).date()


def diff(configuration: Configuration, draft: Path | None, clock: Clock) -> Told:
    """What a draft changes against the rules in force; without one, what config/rules.yaml does. Changes nothing."""
    known = _looked(configuration, clock)
    rules = read_draft(draft)[0] if draft else configuration.rules
    before, why = _before(known, draft)
    found = changes(before, rules)
    wrong, gone = known.wrong_with(rules), retired(rules, known.ids())
    document = {
        "schema": "wnb.rules-diff/1",
        "before": {"version": before.version, "sha256": rules_sha256(before), "because": why},
        "after": {"version": rules.version, "sha256": rules_sha256(rules)},
        **as_document(found),
        "never_again": list(gone),
        "refused": list(wrong),
    }
    return Told("\n".join(_diff_in_words(rules, before, why, wrong, gone)) + "\n", document)


def _before(known: Known, draft: Path | None) -> tuple[Rules, str]:
    """The rules that a draft is compared with, and why those."""
    if approval := known.ruled.approval:
        return known.ruled.configuration.rules, f"in force since {on_day(approval.since)}, approved by {approval.by}"
    if draft is None and known.nights:
        last = known.nights[-1]
        for rules, _ in reversed(known.used):
            if rules.version == last.rules_version:
                return rules, f"what the night of {last.night} used"
    return known.configuration.rules, f"config/{FILE}"


def _diff_in_words(rules: Rules, before: Rules, why: str, wrong: Iterable[str], gone: Iterable[str]) -> Iterator[str]:
    found = changes(before, rules)
    yield f"Version {rules.version} against version {before.version} ({why}):"
    yield from (f"  {line}" for line in in_words(found))
    if not found.any:
        yield "  No rule is changed."
    if gone := tuple(gone):
        yield f"Ids of earlier rules, never to be given to another: {', '.join(gone)}"
    yield from (f"refused: {words}" for words in wrong)


def read_draft(path: Path) -> tuple[Rules, str]:
    """A draft of the rules, and its text.

    Raises:
        ConfigurationFaults: with everything that is wrong with it.
    """
    if not path.is_file():
        raise ConfigurationFaults(
            [Fault(str(path), "there is no such file", "Name a draft of the rules.", "wnb rules diff draft.yaml")]
        )
    faults: list[Fault] = []
    texts: dict[str, str] = {}
    rules = read_model(path, FILE, Rules, texts, faults)
    if rules is None:
        raise ConfigurationFaults(faults)
    return rules, texts[FILE]


def propose(configuration: Configuration, draft: Path, by: str, reason: str, clock: Clock) -> Told:
    """Keep a draft whole as a version that another person may approve.

    Raises:
        UsageFault: its version or an id of its rules was used for something else, or it was proposed before.
    """
    rules, text = read_draft(draft)
    with locked(configuration), opened(configuration, clock) as casebook:
        known = Known(configuration, casebook, _today(configuration, clock))
        if wrong := known.wrong_with(rules):
            raise UsageFault("\n".join(wrong))
        proposal = Proposal(rules.version, rules_sha256(rules), text, " ".join(by.split()), clock.now(), reason)
        casebook.propose_rules(proposal)
    before, why = _before(known, draft)
    words = "\n".join(_diff_in_words(rules, before, why, (), retired(rules, known.ids())))
    document = {
        "schema": "wnb.rules-proposed/1",
        "version": proposal.version,
        "sha256": proposal.sha256,
        "proposed_by": proposal.by,
    }
    return Told(
        f"{words}\n\nProposed by {proposal.by}: version {rules.version} ({proposal.sha256}). Nothing is in force yet. "
        f"Somebody else approves it:\n    wnb rules approve {rules.version} --by NAME\n",
        document,
    )


def approve(
    configuration: Configuration, version: str, by: str, since: date | None, whatif: Path | None, clock: Clock
) -> Told:
    """Keep that another person agreed a proposed version, and from which night it is in force.

    Raises:
        UsageFault: nobody proposed it, the proposer approves it, it would change a night that is done, an id stands
            for another pattern by now, or the what-if was made for other rules.
    """
    with locked(configuration), opened(configuration, clock) as casebook:
        known = Known(configuration, casebook, _today(configuration, clock))
        proposal = known.register.proposal(version)
        digest = None
        if proposal is not None:  # else the casebook says that nobody proposed it
            rules = rules_of(proposal.document, f"casebook, rules {version}")
            if wrong := known.wrong_with(rules):
                raise UsageFault("\n".join(wrong))
            digest = _whatif_of(whatif, rules) if whatif else None
        approval = Approval(version, " ".join(by.split()), clock.now(), since or known.next_night, digest)
        casebook.approve_rules(approval)
        later = Known(configuration, casebook, _today(configuration, clock))
    document = {
        "schema": "wnb.rules-approved/1",
        "version": version,
        "approved_by": approval.by,
        "from": approval.since.isoformat(),
        "whatif_sha256": digest,
    }
    on = f"the what-if {digest[:12]}" if digest else "no what-if"
    return Told(
        f"Approved by {approval.by}, on {on}: from the night of {approval.since} on version {version} is used.\n"
        f"{_what_of_the_file(later, version)}",
        document,
    )


def _what_of_the_file(known: Known, version: str) -> str:
    proposal = known.register.proposal(version)
    if proposal and proposal.sha256 == rules_sha256(known.configuration.rules):
        return f"config/{FILE} says the same.\n"
    return (
        f"config/{FILE} (version {known.configuration.rules.version}) says other rules. When that night has come, put "
        f"these in its place, so that people read what is used:\n    wnb rules show {version} > rules.new\n"
    )


def _whatif_of(path: Path, rules: Rules) -> str:
    """The hash of a what-if; one of our own documents must be of these rules. Another form is kept as it is."""
    if not path.is_file():
        raise UsageFault(f"--whatif {path}: there is no such file")
    content = path.read_bytes()
    try:
        told: Any = json.loads(content)
    except ValueError:
        told = None
    if isinstance(told, dict) and str(told.get("schema", "")).startswith("wnb."):
        draft = told.get("draft")
        of = (draft.get("version"), draft.get("sha256")) if isinstance(draft, dict) else ("", "")
        if told["schema"] != WHATIF:
            raise UsageFault(f"--whatif {path}: this is a {told['schema']}, and no what-if ({WHATIF})")
        if of != (rules.version, rules_sha256(rules)):
            raise UsageFault(
                f"--whatif {path}: it was made for version {of[0]} ({str(of[1])[:12]}), and this is version "
                f"{rules.version} ({rules_sha256(rules)[:12]}); make one for these rules"
            )
    return hashlib.sha256(content).hexdigest()


def listed(configuration: Configuration, clock: Clock) -> Told:
    """Every version: who proposed and approved it, from when, and which nights used it."""
    known = _looked(configuration, clock)
    versions = [
        *dict.fromkeys([*(r.rules_version for r in known.nights), *(p.version for p in known.register.proposals)])
    ]
    rules = known.ruled.configuration.rules
    document = {
        "schema": "wnb.rules/1",
        "next_night": known.next_night.isoformat(),
        "in_force": rules.version,
        "approved_by": rules.approved_by,
        "file": {"version": configuration.rules.version, "sha256": rules_sha256(configuration.rules)},
        "versions": [_version(known, version) for version in versions],
        "warnings": [*known.ruled.alarms, *known.ruled.remarks],
    }
    return Told("\n".join(_list_in_words(document)) + "\n", document)


def _version(known: Known, version: str) -> dict[str, Any]:
    nights = [record.night.isoformat() for record in known.nights if record.rules_version == version]
    proposal = known.register.proposal(version)
    return {
        "version": version,
        "nights": {"number": len(nights), "first": nights[0], "last": nights[-1]} if nights else None,
        "proposed": proposal
        and {
            "by": proposal.by,
            "on": proposal.at.date().isoformat(),
            "reason": proposal.reason,
            "sha256": proposal.sha256,
        },
        "approved": [
            {
                "by": approval.by,
                "on": approval.at.date().isoformat(),
                "from": approval.since.isoformat(),
                "whatif_sha256": approval.whatif_sha256,
            }
            for approval in known.register.approvals
            if approval.version == version
        ],
    }


def _list_in_words(document: Mapping[str, Any]) -> Iterator[str]:
    agreed = f"approved by {document['approved_by']}" if document["approved_by"] else "not approved"
    yield f"The night of {document['next_night']} uses version {document['in_force']}, {agreed}."
    for version in document["versions"]:
        yield f"{version['version']}"
        if proposed := version["proposed"]:
            reason = f": {proposed['reason']}" if proposed["reason"] else ""
            yield f"  proposed by {proposed['by']} on {proposed['on']}{reason}"
        else:
            yield f"  never proposed: it was in config/{FILE}"
        for approved in version["approved"]:
            on = (
                f", on the what-if {approved['whatif_sha256'][:12]}" if approved["whatif_sha256"] else ", on no what-if"
            )
            yield f"  approved by {approved['by']} on {approved['on']}, in force from {approved['from']}{on}"
        if proposed and not version["approved"]:
            yield f"  waits for another person: wnb rules approve {version['version']} --by NAME"
        if nights := version["nights"]:
            yield f"  used by {nights['number']} nights, {nights['first']} to {nights['last']}"
    yield from (f"warning: {words}" for words in document["warnings"])


def shown(configuration: Configuration, version: str, clock: Clock) -> Told:
    """A proposed version as it was written, to be put into config/rules.yaml."""
    proposal = _looked(configuration, clock).register.proposal(version)
    if proposal is None:
        raise UsageFault(f"nobody proposed version {version}; wnb rules list shows those that were")
    document = {
        "schema": "wnb.rules-version/1",
        "version": version,
        "sha256": proposal.sha256,
        "document": proposal.document,
    }
    return Told(proposal.document, document)

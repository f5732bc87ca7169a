"""Which version of the rules a night uses, and who agreed it: the file in `config/` beside the register of versions.

A night stays what its deliveries, its configuration, the casebook and its date make of it: the register is part of the
casebook. Pure.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from wnb.config import Configuration
from wnb.errors import ConfigurationFaults, Fault
from wnb.patterns.words import on_day
from wnb.placing import model_of
from wnb.rules import Rules

FILE = "rules.yaml"


@dataclass(frozen=True)
class Proposal:
    """A version of the rules as somebody proposed it, whole. `after_night`: the last night that was done by then."""

    version: str
    sha256: str  # of its meaning: `rules_sha256`
    document: str  # the YAML text, as it was written
    by: str
    at: datetime  # aware
    reason: str = ""
    after_night: date | None = None


@dataclass(frozen=True)
class Approval:
    """That another person agreed a proposed version, from which night it is in force, and on which what-if."""

    version: str
    by: str
    at: datetime  # aware
    since: date
    whatif_sha256: str | None = None
    after_night: date | None = None


@dataclass(frozen=True)
class Register:
    """Every version that was proposed, and every approval, each in the order in which it was made."""

    proposals: tuple[Proposal, ...] = ()
    approvals: tuple[Approval, ...] = ()

    def proposal(self, version: str) -> Proposal | None:
        """The proposal of this name: there is one at most."""
        return next((proposal for proposal in self.proposals if proposal.version == version), None)

    def in_force(self, night: date) -> Approval | None:
        """The approval that a night goes by: of the latest `since` on or before it; of two from one night, the last."""
        begun = [(approval.since, place) for place, approval in enumerate(self.approvals) if approval.since <= night]
        return self.approvals[max(begun)[1]] if begun else None

    @property
    def entries(self) -> int:
        """How many entries there are: a night that read fewer has not read them all."""
        return len(self.proposals) + len(self.approvals)


class Governed(NamedTuple):
    """A configuration with the rules that a night uses, and what is to be said of how they came to be used."""

    configuration: Configuration
    approval: Approval | None  # None: the rules are those of config/rules.yaml
    alarms: tuple[str, ...] = ()  # for the list of the night, and the check
    remarks: tuple[str, ...] = ()  # for the check alone


def rules_sha256(rules: Rules) -> str:
    """The hash of what the rules mean: version, ids, settings, titles and sources.

    Comments, layout, the order of rules and of words that are sets, a default that is written out, and `approved_by`
    change nothing of it; a setting that a later version of wnb adds does not either, until somebody uses it.
    """
    told = rules.model_dump(mode="json", by_alias=True, exclude={"approved_by"}, exclude_defaults=True)
    told["rules"] = sorted(map(_in_one_order, told["rules"]), key=lambda rule: str(rule["id"]))
    return sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _in_one_order(rule: dict[str, Any]) -> dict[str, Any]:
    found = dict(rule)
    if "counting" in found:
        found["counting"] = sorted(found["counting"])
    if "only_if" in found:
        found["only_if"] = sorted("&".join(sorted(word.strip() for word in s.split("&"))) for s in found["only_if"])
    return found


def rules_of(document: str, place: str) -> Rules:
    """A kept YAML text as rules.

    Raises:
        ConfigurationFaults: this version of wnb cannot read it; `place` says where it is kept.
    """
    faults: list[Fault] = []
    rules = model_of(document, place, Rules, faults)
    if rules is None:
        raise ConfigurationFaults(faults)
    return rules


def same_person(one: str, other: str) -> bool:
    """Whether two names are one, however they are spaced and whatever their capitals."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


def governed(configuration: Configuration, register: Register, night: date, last: Mapping[str, str]) -> Governed:
    """The configuration as `night` uses it: with the version that is in force by the register, else with its own rules.

    Args:
        configuration: as it was read; its texts and its hash stay those of its files.
        register: of the casebook.
        night: which night.
        last: the texts of the configuration of the night before it; empty when there was none.

    Raises:
        ConfigurationFaults: the version in force cannot be read by this version of wnb.
    """
    approval = register.in_force(night)
    proposal = register.proposal(approval.version) if approval else None
    if approval is None or proposal is None:
        return _by_the_file(configuration, register, last)
    text, file = configuration.texts.get(FILE, ""), configuration.rules
    rules = file if text == proposal.document else rules_of(proposal.document, f"casebook, rules {proposal.version}")
    as_filed = rules_sha256(file) == rules_sha256(rules)
    zone = ZoneInfo(configuration.partnership.timezone)
    words = f"{approval.by} on {on_day(approval.at.astimezone(zone).date())} (proposed by {proposal.by})"
    used = replace(configuration, rules=(file if as_filed else rules).model_copy(update={"approved_by": words}))
    if as_filed:
        return Governed(used, approval)
    said = f"config/{FILE} (version {file.version}) is not in force: version {rules.version} is, approved by {words}"
    other = next((known for known in register.approvals if _is(register, known, file)), None)
    if other is not None:
        when = "was in force before" if other.since <= night else f"is in force from {on_day(other.since)}"
        return Governed(used, approval, remarks=(f"{said}; the file's own version {when}. {_put(rules.version)}",))
    return Governed(
        used,
        approval,
        (f"{said}; the file's rules are in no register, and are not used: propose them, or put the others back",),
        (_put(rules.version),),
    )  # fmt: skip


def _put(version: str) -> str:
    return f"To put it there: wnb rules show {version} > rules.new, then rules.new in the place of config/{FILE}"


def _is(register: Register, approval: Approval, rules: Rules) -> bool:
    proposal = register.proposal(approval.version)
    return proposal is not None and proposal.version == rules.version and proposal.sha256 == rules_sha256(rules)


def _by_the_file(configuration: Configuration, register: Register, last: Mapping[str, str]) -> Governed:
    rules, earlier = configuration.rules, last.get(FILE)
    alarms, remarks = [], []
    if earlier is not None and earlier != configuration.texts.get(FILE) and _changed_unnamed(rules, earlier):
        alarms.append(
            f"config/{FILE} was changed and its version is still {rules.version}: give every change a version of its "
            "own, or nobody can tell which rules put a child on the list"
        )
    remarks += [
        f"config/{FILE} (version {rules.version}) is approved by {approval.by} only from {on_day(approval.since)} on"
        for approval in register.approvals
        if _is(register, approval, rules)
    ]
    return Governed(configuration, None, tuple(alarms), tuple(remarks))


def _changed_unnamed(rules: Rules, earlier: str) -> bool:
    try:
        before = rules_of(earlier, FILE)
    except ConfigurationFaults:
        return False  # of a wnb that read other things: there is nothing to compare
    return before.version == rules.version and rules_sha256(before) != rules_sha256(rules)

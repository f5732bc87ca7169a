"""`wnb check`: the configuration and the inboxes as they are, before a night relies on them. Changes nothing."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from wnb.agency import Agency
from wnb.config import Configuration
from wnb.engines.engine import engine_of
from wnb.errors import CasebookOutOfDate, Exit, UsageFault
from wnb.governing import stands
from wnb.ingest.inbox import look, no_inbox, shown
from wnb.nightly import Clock
from wnb.patterns.rule import Rule, statuses_of
from wnb.terms import Desk, Known, Status
from wnb.told import Told


def checked(configuration: Configuration, live: bool, clock: Clock) -> Told:
    """What stands in the way of a night, and with `live` of going live. The configuration was read without a fault.

    Raises:
        ConfigurationFaults: the engine that it asks for is not installed.
    """
    engine_of(configuration)
    configuration, departs, remarks = _under_rules(configuration, clock)
    not_live = [*_not_live(configuration), *departs]
    nowhere = no_inbox(configuration)
    refused = [*([str(nowhere)] if nowhere else []), *(not_live if live else [])]
    warnings = [*_warnings(configuration), *([] if live else not_live), *remarks]
    document: dict[str, Any] = {
        "schema": "wnb.check/1",
        "config_sha256": configuration.sha256,
        "agencies": list(configuration.agencies),
        "rules_version": configuration.rules.version,
        "approved_by": configuration.rules.approved_by,
        "rules": [
            {"id": rule.id, "list": rule.desk.value, "step": rule.step.value, "says": rule.says()}
            for rule in configuration.rules.rules
        ],
        "inboxes": list(_inboxes(configuration, clock)),
        "refused": refused,
        "warnings": warnings,
    }
    return Told("\n".join(_in_words(document)) + "\n", document, Exit.USAGE if refused else Exit.DONE)


def _under_rules(configuration: Configuration, clock: Clock) -> tuple[Configuration, tuple[str, ...], tuple[str, ...]]:
    """The configuration as the next night uses it, how its rules depart from what was agreed, and what else is said."""
    try:
        ruled, wrong = stands(configuration, clock)
    except (UsageFault, CasebookOutOfDate) as unread:  # the rest can be checked all the same
        return configuration, (f"the casebook could not be read, and with it which rules are in force: {unread}",), ()
    return ruled.configuration, tuple(dict.fromkeys([*ruled.alarms, *wrong])), ruled.remarks


def _not_live(configuration: Configuration) -> Iterable[str]:
    """What must not go live (interface, section 1, `--live`)."""
    rules = configuration.folder / "rules.yaml"
    wnb = configuration.folder / "wnb.yaml"
    if not configuration.rules.approved_by:
        yield f"{rules}: approved_by is empty: a safeguarding lead approves the thresholds before they are worked from"
    for name in configuration.partnership.governance.missing:
        yield f"{wnb}: governance.{name} is empty"
    if configuration.partnership.settle_seconds == 0:
        yield f"{wnb}: settle_seconds is 0: a file that is still being written would be taken as whole"
    if configuration.partnership.casebook_secret is None:
        yield f"{wnb}: casebook_secret is not set: child ids are made with a practice key that anybody could make"


def _warnings(configuration: Configuration) -> Iterable[str]:
    inbox = configuration.path("inbox")
    for agency in configuration.agencies:
        if not (inbox / agency).is_dir():
            yield f"{inbox / agency}: there is no inbox for this agency; make the folder"
    if inbox.is_dir():
        for folder in sorted(inbox.iterdir()):
            if folder.name not in configuration.agencies and not folder.name.startswith("."):
                name = inbox / shown(folder.name)
                yield f"{name}: no agency of this name is configured; what lies here is never read"
    for agency, holder in configuration.agencies.items():
        its = configuration.folder / "agencies" / f"{agency}.yaml"
        yield from (f"{its}: {words}" for words in _of_statuses(holder) if holder.holds == "statuses")
    yield from _upns(configuration)
    for rule in configuration.rules.rules:
        if rule.desk is Desk.OWN_AGENCY and rule.scope == "anywhere":
            yield (
                f"{configuration.folder / 'rules.yaml'}: {rule.id} is for agencies' own lists and looks anywhere: an "
                "agency sees its own appointments only; set scope: agency"
            )
        if rule.desk is Desk.OWN_AGENCY and (told := sorted(_told_by_others(rule))):
            yield (
                f"{configuration.folder / 'rules.yaml'}: {rule.id} is for agencies' own lists and asks for "
                f"{', '.join(told)}: whoever is on such a list is known by it to have that status"
            )


def _of_statuses(agency: Agency) -> Iterable[str]:
    """What would be so night after night of an agency that holds statuses, and is hardly meant."""
    now = agency.as_of(date.max)
    told = {*agency.statuses.values(), *now.statuses.values()}
    if "status_to" not in now.columns.declared() and now.extract.gone_means != "ended" and Known.ENDED not in told:
        yield (
            "columns: a status that begins is never over here: declare status_to, the column of the last day; or map "
            "a code to ended; or, of a list of those who have a status now, say gone_means: ended"
        )
    if strange := sorted(set(agency.sharing_by_status) - told):
        yield f"sharing_by_status: no code here means {', '.join(strange)}, so it protects nothing"


def _upns(configuration: Configuration) -> Iterable[str]:
    """That UPNs may link and cannot."""
    has = [a.agency for a in configuration.agencies.values() if "school_upn" in a.as_of(date.max).columns.declared()]
    if configuration.partnership.linking.upn_legal_basis and len(has) < 2:
        who = f"only {has[0]} declares" if has else "no agency declares"
        yield (
            f"{configuration.folder / 'wnb.yaml'}: linking.upn_legal_basis is stated, and {who} school_upn: UPNs link "
            "nothing until two agencies do (columns: school_upn, in the file of each agency that has them)"
        )


def _told_by_others(rule: Rule) -> frozenset[Status]:
    """The statuses that a rule asks for and that agencies tell of a child: not those of age or of the appointment."""
    own = {Status.UNDER_ONE, Status.CRITICAL_APPOINTMENT, Status.POST_DISCHARGE}
    return frozenset(status for words in rule.only_if for status in statuses_of(words)) - own


def _inboxes(configuration: Configuration, clock: Clock) -> Iterable[dict[str, Any]]:
    settle = configuration.partnership.settle_seconds
    today = clock.now().astimezone(ZoneInfo(configuration.partnership.timezone)).date()
    for agency in configuration.agencies.values():
        inbox = configuration.path("inbox") / agency.agency
        files = list(look(inbox, agency, today, settle, clock.now().timestamp()))
        waits = [f"{file.name}: {file.because}" for file in files if file.because]
        yield {"agency": agency.agency, "files": len(files), "not_ready": waits}


def _in_words(document: dict[str, Any]) -> Iterable[str]:
    agencies, rules = len(document["agencies"]), len(document["rules"])
    yield f"The configuration is well formed ({document['config_sha256'][:12]}): {agencies} agencies, {rules} rules."
    for rule in document["rules"]:
        yield f"  {rule['step']:<9} {rule['list']:<12} {rule['id']}: {rule['says']}"
    for inbox in document["inboxes"]:
        yield f"  inbox {inbox['agency']}: {inbox['files']} files"
        yield from (f"    {words}" for words in inbox["not_ready"])
    yield from (f"warning: {words}" for words in document["warnings"])
    yield from (f"refused: {words}" for words in document["refused"])

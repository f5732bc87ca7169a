"""What a night says of itself: `night.json`, its alarms, and what the command ends with."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wnb.cases import PARTNERSHIP, State
from wnb.config import Configuration
from wnb.errors import Exit
from wnb.escalate import Decisions
from wnb.facts import Facts
from wnb.holds import hold_alarms
from wnb.ingest.account import sounding
from wnb.ingest.reasons import REASONS
from wnb.joining import Joined, day_number
from wnb.listing import reported_death
from wnb.not_counted import Why
from wnb.publish.words import EXTRACT_WORDS, many
from wnb.terms import ExitReason, Extract, ExtractOutcome, Outcome, Step

SCHEMA = "wnb.night/1"
MANY_FILES = 3  # of one agency on one night; more are told in one line on the terminal


def summary(
    facts: Facts,
    findings: pa.Table,
    decisions: Decisions,
    run_id: str,
    alarms: Sequence[str] = (),
    households_set_aside: int = 0,
) -> dict[str, Any]:
    """The document of the interface, section 4, but for `seconds`, which are known at the end.

    `alarms`: what was said before anything was drawn (of the rules); they come first. `households_set_aside`: how many
    were too large for one.
    """
    j = facts.joined
    held = j.in_history & (j.day <= day_number(facts.night))
    now = j.live & (j.taken_in_tonight | j.recode_changed) & (j.told == Outcome.NOT_ATTENDED)
    children = Counter(findings["rule_id"].to_pylist())
    gone = Counter(reason for _, reason in decisions.exits_of(PARTNERSHIP))
    desks = sorted({case.desk for case in decisions.cases if case.desk != PARTNERSHIP})
    return {
        "schema": SCHEMA,
        "night": facts.night.isoformat(),
        "run_id": run_id,
        "config_sha256": facts.configuration.sha256,
        "rules_version": facts.configuration.rules.version,
        "extracts": [told(extract) for extract in facts.extracts],
        "appointments": int(held.sum()),
        "children": j.children_among(held),
        "recoded": {
            outcome.word: int((now & (j.outcome == outcome)).sum())
            for outcome in (Outcome.WAS_NOT_BROUGHT, Outcome.YOUNG_PERSON_DID_NOT_ATTEND)
        },
        "not_counted": {
            "short_notice": int((j.not_counted[held] == Why.SHORT_NOTICE).sum()),
            "same_series": int((j.not_counted[held] == Why.SAME_SERIES).sum()),
            "by_a_person": int((j.not_counted[held] == Why.BY_A_PERSON).sum()),
        },
        "unoutcomed": int(facts.outstanding.sum()),
        "findings": {rule.id: children[rule.id] for rule in facts.configuration.rules.rules},
        "came_to_light_late": int(pc.sum(findings["late"]).as_py() or 0),
        "list": {step.value: sum(case.step is step for case in decisions.on(PARTNERSHIP)) for step in Step},
        "before_we_began": len(decisions.on(PARTNERSHIP, State.WAITING)),
        "agency_lists": {desk: len(decisions.on(desk)) for desk in desks},
        "exits": {reason.value: gone[reason] for reason in ExitReason},
        "held": len({case.child_id for case in decisions.cases if case.state is State.HELD}),
        "links_waiting": facts.links_waiting,
        "rows_waiting": sum(unread.rows for state in facts.agencies.values() for unread in state.unread),
        "recorded": facts.recorded.counted(_among(j, held)),
        "households_set_aside": households_set_aside,
        "silent_agencies": [silent.agency for silent in facts.silent()],
        "alarms": [*alarms, *hold_alarms(facts, decisions), *_alarms(facts)],
    }


def _among(joined: Joined, rows: np.ndarray) -> np.ndarray:
    """bool, by child: those to whom any of the rows belong."""
    among = np.zeros(joined.linked.children, bool)
    among[joined.child[rows]] = True
    return among


def told(extract: Extract) -> dict[str, Any]:
    """A file's line in `night.json`."""
    return {
        "agency": extract.agency,
        "file": extract.file,
        "sha256": extract.sha256,
        "outcome": extract.outcome.value,
        "records": extract.records,
        "accepted": extract.accepted,
        "superseded": extract.superseded,
        "quarantined": extract.quarantined,
        "replaced": extract.replaced,
        "withdrawn": extract.withdrawn,
        "unverified": extract.unverified,
        "reasons": dict(extract.reasons),
        "alarm": extract.alarm,
        **({"note": extract.note} if extract.note else {}),
    }


def _alarms(facts: Facts) -> Iterable[str]:
    names, dead_or_alive = facts.names, facts.listed_rows
    for extract in facts.extracts:
        if extract.alarm:
            refused = extract.outcome is ExtractOutcome.REJECTED  # whose note says why, and what to do
            why = "" if refused and extract.note else "; ".join(_reason(*each) for each in sounding(extract))
            became = EXTRACT_WORDS[extract.outcome].lower()
            said = "; ".join(filter(None, (became, why)))
            yield f"{names[extract.agency]}: {extract.file}: {said}{f'. {extract.note}' if extract.note else ''}"
    if shared := len(facts.shared_waiting):
        yield f"{many(shared, 'NHS number')} on records of two people: nothing is joined by it; a person decides"
    if reused := len(facts.doubts().reused):
        yield f"{many(reused, 'own or pupil number')} on records of two people: each person's are kept apart"
    if disputed := len(facts.doubts().own_numbers):
        yield f"{many(disputed, 'own number')} of agencies beside two NHS numbers: each joins nothing"
    for child, number in sorted(facts.numbers.items()):
        told_of = facts.listed_statuses.get(number, ())
        died_and_seen = reported_death(dead_or_alive.get(number, ()), facts.night, told_of)
        if all(died_and_seen) and facts.in_sight[number]:
            yield f"{child}: seen after a death was reported; the report is in doubt"


def _reason(code: str, number: int) -> str:
    """A reason for the alarm in words, with its rows where there are several."""
    return REASONS[code].meaning + (f" ({number:,} times)" if number > 1 else "")


def exit_of(configuration: Configuration, document: Mapping[str, Any]) -> Exit:
    """What `wnb run` ends with: an extract that is missing, late or rejected goes before rows above the limit."""
    extracts = document["extracts"]
    late = {ExtractOutcome.REJECTED.value, ExtractOutcome.DEFERRED.value}
    if document["silent_agencies"] or any(extract["outcome"] in late for extract in extracts):
        return Exit.LATE
    for extract in extracts:
        agency = configuration.agencies.get(extract["agency"])  # of an old night, perhaps no longer configured
        if agency and 100 * extract["quarantined"] > agency.extract.quarantine_limit_percent * extract["records"]:
            return Exit.QUARANTINED
    return Exit.DONE


def in_words(document: Mapping[str, Any], folder: Path, fresh: bool) -> str:
    """The night as `wnb run` prints it: what came, what was seen, and where the list is."""
    lists = document["list"]
    lines = [
        f"The night of {document['night']}" + ("" if fresh else ": done before; its lists are as they were published"),
        "",
        *_files(document["extracts"]),
        f"  held: {document['appointments']:,} appointments of {document['children']:,} children;"
        f" recoded tonight: {sum(document['recoded'].values()):,}",
    ]
    if document["silent_agencies"]:
        lines.append(f"  silent, so not known: {', '.join(document['silent_agencies'])}")
    lines += [f"  alarm: {alarm}" for alarm in document["alarms"]]
    lines += [
        "",
        f"  decide today (Children's Social Care) {lists['escalate']:>5}",
        f"  review with the partnership           {lists['review']:>5}",
        f"  engage the family                     {lists['engage']:>5}",
        *(f"  on {desk}'s own list: {number}" for desk, number in document["agency_lists"].items()),
        *([f"  before we began, waiting: {document['before_we_began']}"] if document["before_we_began"] else []),
        *([f"  held by a guard, on every list together: {document['held']}"] if document["held"] else []),
        "",
        f"The list:     {folder / 'escalation-list.html'}",
        f"The workbook: {folder / 'escalation-list.xlsx'}",
    ]
    return "\n".join(lines) + "\n"


def _files(extracts: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    """One line a file; of an agency that sent many, one line for those that were accepted without a word."""
    if not extracts:
        yield "  no new file in any inbox"
    before = [e for e in extracts if e["outcome"] == ExtractOutcome.ALREADY_LOADED.value and not e.get("note")]
    for agency, group in groupby(extracts, key=lambda extract: str(extract["agency"])):
        mine = [extract for extract in group if extract not in before]
        plain = [extract for extract in mine if extract["outcome"] == ExtractOutcome.ACCEPTED.value]
        if len(plain) > MANY_FILES:
            records = sum(extract["records"] for extract in plain)
            yield f"  {agency:<24} {f'{len(plain)} files':<34} accepted, {records:,} records"
            mine = [extract for extract in mine if extract not in plain]
        yield from map(_file_line, mine)
    if before:
        of = many(len({extract["agency"] for extract in before}), "agency", "agencies")
        yield f"  {many(len(before), 'file')} of {of} received before, and not taken again"


def _file_line(extract: Mapping[str, Any]) -> str:
    counts = f"{extract['records']:,} records, {extract['quarantined']:,} set aside" if extract["records"] else ""
    note = f" ({extract['note']})" if extract.get("note") else ""
    words = extract["outcome"].replace("_", " ")
    return f"  {extract['agency']:<24} {extract['file']:<34} {words}{', ' + counts if counts else ''}{note}"

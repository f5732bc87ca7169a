"""Every file of a night, drawn from its facts and decisions: names as in the interface, section 4."""

from collections.abc import Mapping, Sequence

import pyarrow as pa

from wnb.agency_sheets import outstanding_rows, quality_rows, recode_rows
from wnb.cases import PARTNERSHIP
from wnb.escalate import Decisions
from wnb.facts import Facts
from wnb.listing import page
from wnb.publish.lists import (
    agency_csv,
    escalation_csv,
    outstanding_csv,
    quality_csv,
    quarantine_csv,
    read_me,
    recode_csv,
)
from wnb.publish.page import escalation_html
from wnb.publish.workbook import workbook


def night_files(
    facts: Facts, decisions: Decisions, quarantined: Mapping[str, pa.Table], alarms: Sequence[str]
) -> dict[str, bytes]:
    """Name in the night's folder -> content, for everything but `findings.parquet` and `night.json`."""
    whole = page(facts, decisions, PARTNERSHIP, alarms)
    files = {
        "READ-ME-FIRST.txt": read_me(whole),
        "escalation-list.csv": escalation_csv(whole),
        "escalation-list.xlsx": workbook(whole),
        "escalation-list.html": escalation_html(whole),
    }
    for agency in facts.joined.agencies:
        own = page(facts, decisions, agency, ())
        files[f"agencies/{agency}.csv"] = agency_csv(own)
        files[f"agencies/{agency}.xlsx"] = workbook(own)
        files[f"recode/{agency}.csv"] = recode_csv(recode_rows(facts, agency))
        files[f"outstanding/{agency}.csv"] = outstanding_csv(outstanding_rows(facts, agency))
    for agency in sorted(facts.held):
        files[f"data-quality/{agency}.csv"] = quality_csv(quality_rows(facts, agency))
    for agency, table in quarantined.items():
        files[f"quarantine/{agency}.csv"] = quarantine_csv(table)
    return files

"""A table that lies elsewhere (`elsewhere` says in which columns), read where it lies by a Spark cluster."""

from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame, functions

from wnb.config import Configuration
from wnb.engines.elsewhere import COLUMNS, OPTIONAL, Making, Told, passes, published
from wnb.engines.spark import detected
from wnb.engines.worker import READ, Orders
from wnb.errors import UsageFault
from wnb.patterns import Rule


def findings(configuration: Configuration, appointments: DataFrame, night: date) -> Told:
    """Every finding of a table that lies elsewhere, as of `night`, in the order of child and rule.

    Raises:
        UsageFault: the table is not as `elsewhere` says, or an agency of it is not configured.
    """
    there = appointments.columns
    rules = passes(configuration, there)
    agencies = tuple(configuration.agencies.values())
    organisations = {agency.agency: agency.organisation_id for agency in agencies}
    orders = Orders(night, configuration.rules.recall_days, rules, organisations)
    making = Making(agencies, configuration.partnership.timezone, night)
    child = _key("c", "child_id")
    household = functions.coalesce(_key("h", "household_id"), child) if "household_id" in there else child
    rows = appointments.select(
        household.alias("household"),
        child.alias("child"),
        *(name for name in COLUMNS if name != "child_id"),
        *(
            (functions.col(name) if name in there else functions.lit(None)).cast(kind).alias(name)
            for name, kind in OPTIONAL.items()
        ),
    )
    answers = detected(rows, orders, making)
    read = {name: pc.sum(answers[name]).as_py() or 0 for name in READ}
    children = rows.select("child").distinct().count()
    if read["children_read"] != children:
        raise UsageFault(
            f"{read['children_read'] - children} children stand in more than one household, and would be judged in "
            "halves; give each child one household_id on all its rows"
        )
    return Told(
        finding_rows(answers, rules, configuration, night),
        read["appointments_read"],
        children,
        read["households_set_aside"],
    )


def _key(kind: str, name: str) -> Column:
    """A number or text as bytes, which have one order wherever they are compared; an empty text is none."""
    text = functions.nullif(functions.col(name).cast("string"), functions.lit(""))
    return functions.concat(functions.lit(kind), text).cast("binary")


def finding_rows(
    answers: pa.Table, rules: tuple[tuple[Rule, ...], ...], configuration: Configuration, night: date
) -> pa.Table:
    """The published findings (`terms.FINDING`) of what workers answered, in the order of child and rule."""
    chosen = answers.filter(pc.fill_null(answers["chosen"], False)).combine_chunks()
    begins = np.cumsum([0, *map(len, rules)])  # where each pass's rules begin among all
    evidence = chosen["evidence"].combine_chunks()
    return published(
        configuration,
        [rule for of_pass in rules for rule in of_pass],
        night,
        child_id=pa.array([child.decode()[1:] for child in chosen["child"].to_pylist()], pa.string()),
        rule=begins[chosen["pass"].to_numpy()] + chosen["rule"].to_numpy(),
        **{name: chosen[name].to_numpy() for name in ("first", "last", "count", "late")},
        evidence=pa.ListArray.from_arrays(evidence.offsets, evidence.values.field("reference")),
    )

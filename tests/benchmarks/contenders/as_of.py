"""Five rules as of a night, in the words of SQL; how many children each finds.

Three missed in a year; four missed since the last seen; three of these in 180 days at two agencies; half of at least
four offered in a year; not seen for 180 days with two offered since. 3 is missed, 1 seen, 9 came too late.
"""

from datetime import date, timedelta

TWO_PASSES = """
WITH a AS (
    SELECT child,
           count(*) FILTER (WHERE outcome = 3 AND t >= {year}) AS missed,
           count(*) FILTER (WHERE outcome = 1 AND t >= {year}) AS seen,
           max(t) FILTER (WHERE outcome = 1) AS last_seen
    FROM {rows} WHERE t < {tomorrow} GROUP BY child),
s AS (
    SELECT r.child,
           count(*) FILTER (WHERE outcome = 3) AS in_a_row,
           count(*) FILTER (WHERE outcome = 3 AND t >= {half}) AS recent,
           min(agency) FILTER (WHERE outcome = 3 AND t >= {half}) AS one,
           max(agency) FILTER (WHERE outcome = 3 AND t >= {half}) AS another,
           count(*) FILTER (WHERE outcome IN (3, 9)) AS offered
    FROM {rows} r JOIN a ON a.child = r.child
    WHERE outcome <> 1 AND t < {tomorrow} AND (last_seen IS NULL OR t > last_seen) GROUP BY r.child)
SELECT count(*) FILTER (WHERE missed >= 3),
       count(*) FILTER (WHERE in_a_row >= 4),
       count(*) FILTER (WHERE recent >= 3 AND one <> another),
       count(*) FILTER (WHERE 2 * missed >= missed + seen AND missed + seen >= 4),
       count(*) FILTER (WHERE offered >= 2 AND (last_seen IS NULL OR last_seen < {half}))
FROM a LEFT JOIN s ON a.child = s.child
"""


def days(night: str) -> dict[str, date]:
    """Tomorrow, and the first days of the year and of the 180 days that end with the night."""
    today = date.fromisoformat(night)
    return {
        "tomorrow": today + timedelta(days=1),
        "year": today - timedelta(days=364),
        "half": today - timedelta(days=179),
    }

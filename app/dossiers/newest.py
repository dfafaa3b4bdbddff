"""The newest dossiers of many keys: ordered scans of `found_by`, one for each office and key, merged into one page.

A province that asks for a frequent name has hundreds of scans, and a page of thirty shows rows of few of them. So each scan
gives its first rows only; what is older than the last row of a page made of those cannot be on it, and only a scan whose
last row is newer goes on. Thirty of each were 28,000 rows to sort for "nguyen th" (docs/decisions/0073-the-same-page.md).
Where there are few scans, or few rows in each, the second look costs more than it spares.
"""

from typing import Final

HEAD: Final = 2  # rows of each scan at first

_ROWS: Final = """SELECT n.at, n.dossier_id{nth} FROM found_by n
     WHERE n.office_id = s.office_id AND n.key = s.key AND {where}
     ORDER BY n.at DESC, n.dossier_id DESC LIMIT {limit}"""
# A dossier comes at most `most` times: `hits` of the newest hold a page, and only they are sorted.
_AT_ONCE: Final = """
(SELECT DISTINCT {fit} AS fit, at, dossier_id FROM (
   SELECT n.* FROM ({scans}) AS s CROSS JOIN LATERAL ({all}) n ORDER BY at DESC, dossier_id DESC LIMIT {hits}
 ) found ORDER BY at DESC, dossier_id DESC LIMIT {limit})
"""
_IN_TWO_LOOKS: Final = """
(SELECT DISTINCT {fit} AS fit, at, dossier_id FROM (
   WITH head AS MATERIALIZED (
     SELECT s.office_id, s.key, n.* FROM ({scans}) AS s CROSS JOIN LATERAL ({first}) n
   ), newest AS MATERIALIZED (
     SELECT DISTINCT at, dossier_id FROM (
       SELECT at, dossier_id FROM head ORDER BY at DESC, dossier_id DESC LIMIT {hits}) n
     ORDER BY at DESC, dossier_id DESC LIMIT {limit}
   )
   SELECT at, dossier_id FROM newest
   UNION ALL
   SELECT n.at, n.dossier_id FROM head AS s CROSS JOIN LATERAL ({rest}) n
   WHERE s.nth = {head} AND ((SELECT count(*) FROM newest) < {limit} OR (s.at, s.dossier_id) >= (
     SELECT at, dossier_id FROM newest ORDER BY at, dossier_id LIMIT 1))
   ORDER BY at DESC, dossier_id DESC LIMIT {hits} + {limit}
 ) found ORDER BY at DESC, dossier_id DESC LIMIT {limit})
"""


def newest(scans: str, *, fit: int, where: str, limit: int, most: int = 1, twice: bool = True) -> str:
    """SQL of `fit`, `at` and `dossier_id` of the newest `limit`, each dossier once.

    `scans`: SQL of `office_id` and `key`, each pair once. `where`: of a row `n` of `found_by` and its scan `s`. `most`: in
    how many of an office's scans a dossier may be. `twice`: there are many scans, and many rows in some.
    """
    nth = ", row_number() OVER (ORDER BY n.at DESC, n.dossier_id DESC) AS nth"
    return (_IN_TWO_LOOKS if twice else _AT_ONCE).format(
        scans=scans, fit=int(fit), limit=limit, hits=limit * most, head=HEAD,
        all=_ROWS.format(nth="", where=where, limit=limit), first=_ROWS.format(nth=nth, where=where, limit=HEAD),
        rest=_ROWS.format(nth="", where=f"(n.at, n.dossier_id) < (s.at, s.dossier_id) AND {where}", limit=limit),
    )

"""The working calendars of an installation: one that all share, and an office's own where it has closures or hours."""

from collections.abc import Mapping, Sequence
from functools import cache

from app.deadlines.calendar import Calendar
from app.deadlines.changes import layers_in_force
from app.deadlines.decrees import COUNTRY, Decrees, lay_out, read_decrees, scopes_of
from app.deadlines.layers import Layer
from app.deadlines.service import keep_calendar
from app.kit.db import Db

Mark = tuple[object, ...]


class Calendars:
    """Which calendar an office counts by. Replaced as a whole when a change comes into force; reading never waits.

    Each process has its own and looks for changes every few seconds (`refresh`), so that no request asks for them. One
    that is behind for that long writes ledger lines by the older calendar; they name it, and the recount finds them.
    """

    def __init__(
        self, common: Calendar, own: Mapping[int, Calendar] | None = None, *, decrees: Decrees | None = None,
        province: str = "",
    ) -> None:
        self._common = common
        self._own = dict(own or {})
        self._decrees = decrees
        self._province = province
        self._mark: Mark = ()

    @property
    def common(self) -> Calendar:
        """The installation's own: the nation's, overridden by the province's."""
        return self._common

    @property
    def decrees(self) -> Decrees:
        """The files that all changes lie on."""
        return self._decrees or _national()

    def of(self, office_id: int) -> Calendar:
        """The calendar this office counts by."""
        return self._own.get(office_id, self._common)

    def every(self) -> tuple[Calendar, ...]:
        """All that are in use, the common one first."""
        return (self._common, *self._own.values())

    def take_over(self, common: Calendar, own: Mapping[int, Calendar]) -> None:
        """Count by these from now on."""
        self._common, self._own = common, dict(own)

    async def refresh(self, db: Db) -> bool:
        """Take over what is in force now, if anything changed since the last look; every calendar is kept before use.

        Call it in a transaction of its own: what it reads is counted by before anybody commits.
        """
        row = await db.row(
            "SELECT (SELECT count(*) FROM calendar_change WHERE applied_at IS NOT NULL) AS changes,"
            " (SELECT max(applied_at) FROM calendar_change) AS newest, (SELECT count(*) FROM office) AS offices"
        )
        mark = tuple(row.values()) if row else ()
        if mark == self._mark:
            return False
        offices = {one["id"]: one["code"] for one in await db.rows("SELECT id, code FROM office")}
        common, own = lay_out_all(self.decrees, offices, await layers_in_force(db), province=self._province)
        for calendar in {one.version: one for one in (common, *own.values())}.values():
            await keep_calendar(db, calendar)
        self.take_over(common, own)
        self._mark = mark
        return True


def lay_out_all(
    decrees: Decrees, offices: Mapping[int, str], changes: Mapping[str, Sequence[Layer]], *, province: str = ""
) -> tuple[Calendar, dict[int, Calendar]]:
    """The common calendar, and those of the offices (id: code) that have another one; alike places share one object."""
    spoken = {scope for layers in (decrees.layers, changes) for scope, found in layers.items() if found} - {COUNTRY}
    made: dict[tuple[str, ...], Calendar] = {}

    def calendar(code: str) -> Calendar:
        scopes = tuple(scope for scope in scopes_of(code) if scope in spoken)
        if scopes not in made:
            made[scopes] = lay_out(decrees, scopes, changes)
        return made[scopes]

    common = calendar(province)
    own = {office_id: calendar(code) for office_id, code in offices.items()}
    return common, {office_id: one for office_id, one in own.items() if one is not common}


@cache
def _national() -> Decrees:
    return read_decrees()

"""The working calendars of an installation: one that all share, and an office's own where it has closures or hours."""

from collections.abc import Mapping

from app.deadlines.calendar import Calendar


class Calendars:
    """Which calendar an office counts by. Replaced as a whole when a change comes into force; reading never waits."""

    def __init__(self, common: Calendar, own: Mapping[int, Calendar] | None = None) -> None:
        self._common = common
        self._own = dict(own or {})

    @property
    def common(self) -> Calendar:
        """The installation's own: the nation's, overridden by the province's."""
        return self._common

    def of(self, office_id: int) -> Calendar:
        """The calendar this office counts by."""
        return self._own.get(office_id, self._common)

    def every(self) -> tuple[Calendar, ...]:
        """All that are in use, the common one first."""
        return (self._common, *self._own.values())

    def take_over(self, common: Calendar, own: Mapping[int, Calendar]) -> None:
        """Count by these from now on."""
        self._common, self._own = common, dict(own)

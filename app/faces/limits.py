"""How often one address may try: kept in this process, forgotten with it."""

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Final

MOST_ADDRESSES: Final = 20_000


@dataclass(slots=True)
class Limit:
    """At most `most` tries within `seconds` from one address."""

    most: int
    seconds: float
    _tries: dict[str, deque[float]] = field(default_factory=dict)

    def allows(self, address: str) -> bool:
        """Count one try; False when it is one too many."""
        now = time.monotonic()
        tries = self._tries.setdefault(address, deque())
        while tries and tries[0] <= now - self.seconds:
            tries.popleft()
        if len(tries) >= self.most:
            return False
        tries.append(now)
        if len(self._tries) > MOST_ADDRESSES:
            self._forget(now)
        return True

    def _forget(self, now: float) -> None:
        stale = [one for one, tries in self._tries.items() if not tries or tries[-1] <= now - self.seconds]
        for one in stale or list(self._tries)[: MOST_ADDRESSES // 2]:
            del self._tries[one]

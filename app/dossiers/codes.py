"""The dossier code (mã số hồ sơ): one a dossier, issued once, never reused."""

import re
from typing import Final

from app.kit.errors import Refused
from app.kit.words import N_

MOST_A_DAY = 9999
_SHAPE = re.compile(r"^([0-9A-Z][0-9A-Z.]{1,34})-(\d{6})-(\d{4})$")


class TooManyToday(Refused):
    """The office has used all its serials of the day. It fails loudly; it never wraps round."""

    says = N_("Đơn vị đã dùng hết số hồ sơ trong ngày. Hãy báo quản trị hệ thống.")


# Parts of the statement that hands a dossier in: the next code of the office on `day`, `<office>-<yymmdd>-<serial of 4
# digits>`. The counter row is locked until the transaction ends, so a serial is neither lost nor given twice; a submission
# that fails gives its serial back. Format: TT 01/2018 art. 19 in left-to-right form; by validity date when a new one is
# issued (rules.md 3.1). `require_serial` judges what came of it.
DRAW_SERIAL: Final = """
  INSERT INTO code_serial (office_id, day, last) SELECT {office}::int, {day}::date, 1 FROM moved
  ON CONFLICT (office_id, day) DO UPDATE SET last = code_serial.last + 1 RETURNING last"""
DRAW_CODE: Final = """
  SELECT o.code || '-' || to_char({day}::date, 'YYMMDD') || '-' ||
    lpad(last::text, GREATEST(4, length(last::text)), '0') AS code
  FROM serial, office o WHERE o.id = {office}::int"""


def require_serial(code: str) -> None:
    """Raises TooManyToday for a code with a serial beyond the last of a day."""
    if int(code.rpartition("-")[2]) > MOST_A_DAY:
        raise TooManyToday


def office_of(code: str) -> str | None:
    """The office that issued `code` (its electronic identifier), or None if it is not one of ours in shape."""
    match = _SHAPE.match(code.strip().upper())
    return match.group(1) if match else None


def tidy(code: str) -> str:
    """A code as people type it, in the form we keep: upper case, no spaces."""
    return re.sub(r"\s+", "", code).upper()

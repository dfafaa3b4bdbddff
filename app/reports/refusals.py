"""What reports refuse, in words."""

from app.kit.errors import Conflict, NotFound, Refused
from app.kit.words import N_


class FormUnknown(NotFound):
    """There is no such report."""

    says = N_("Không có biểu báo cáo này.")


class SnapshotNotFound(NotFound):
    """No frozen report of this office has that number."""

    says = N_("Không có bản báo cáo đã chốt này.")


class PeriodUnclear(Refused):
    """Not a period: days that are none, reversed, absurd, or a word we never gave."""

    says = N_("Kỳ báo cáo chưa đúng: ghi ngày đầu và ngày cuối có thật, ngày đầu không sau ngày cuối.")


class PeriodNotBegun(Refused):
    """Nothing can be counted in a period that lies ahead."""

    says = N_("Kỳ báo cáo chưa bắt đầu: kỳ này từ ngày {first}. Hãy chọn kỳ đã hoặc đang diễn ra.")


class PeriodTooLong(Refused):
    """Longer than a report can mean."""

    says = N_("Kỳ báo cáo dài quá {years} năm. Hãy chia thành các kỳ ngắn hơn.")


class TooLongForSheet(Refused):
    """More lines than one spreadsheet is made for at once."""

    says = N_("Bảng có hơn {most} dòng nên không xuất Excel một lần được. Hãy tải CSV hoặc chọn kỳ ngắn hơn.")


class TooLongToFreeze(Refused):
    """A frozen list holds so many lines at most."""

    says = N_("Danh sách có hơn {most} dòng nên không chốt được. Hãy chọn kỳ ngắn hơn hoặc một đơn vị.")


class TooLongToPrint(Refused):
    """A printed page holds so many lines at most."""

    says = N_("Danh sách có hơn {most} dòng nên không in một lần được. Hãy chọn kỳ ngắn hơn hoặc tải CSV.")


class FrozenAlready(Conflict):
    """The newest version of this report says exactly the same."""

    says = N_("Bản {version} đã chốt đúng những số này. Không cần chốt lại.")


class CorrectionNeedsNote(Refused):
    """A new version says why."""

    says = N_("Kỳ này đã chốt bản {version}. Hãy ghi lý do đính chính thì mới chốt được bản mới.")


class FrozenMeanwhile(Conflict):
    """Somebody froze the same report in the same moment."""

    says = N_("Có người vừa chốt báo cáo này. Hãy xem bản đó trước.")

"""What can go wrong between data and paper."""

from app.kit.errors import Refused
from app.kit.words import N_


class PaperDamaged(RuntimeError):
    """A paper did not come out as it must: a warning, a missing field, a face without letters, not PDF/A.

    Always our mistake (template, font, data we built), never the citizen's; the message is for the colleague on call
    and names template and cause, not the data.
    """


class LetterMissing(Refused):
    """A text holds a letter that the official typeface cannot draw, and the paper may not be altered."""

    says = N_("Văn bản có ký tự không in được: {letters}. Hãy viết lại bằng chữ Việt hoặc chữ Latinh.")


class PictureUnreadable(Refused):
    """A picture or PDF that was to become pages cannot be read."""

    says = N_("Không đọc được trang {page}. Hãy chụp hoặc quét lại (JPG, PNG, HEIC, TIFF hoặc PDF).")


class TooManyPages(Refused):
    """More pages than one paper may have."""

    says = N_("Tệp có {pages} trang, nhiều hơn mức {limit} trang. Hãy tách thành nhiều tệp.")

"""Why nothing was signed, in words: the errors of `signing` as people read them. A signed file is never signed twice."""

from collections.abc import Mapping
from typing import Final

from app.kit.errors import Refused, Unavailable
from app.kit.words import N_
from signing import errors
from signing.errors import SigningError


class SigningWaits(Unavailable):
    """An outside part of signing is away; the same order is carried out when it is back."""

    says = N_("CHƯA ký: hệ thống ký đang gián đoạn. Lệnh ký vẫn còn; máy sẽ tự làm tiếp, không cần ra lệnh lại.")


class TimestampAway(SigningWaits):
    """The time-stamping authority gives no usable answer."""

    says = N_("CHƯA ký: cơ quan cấp dấu thời gian không trả lời. Lệnh ký vẫn còn; máy sẽ tự làm tiếp khi có trả lời.")


class RevocationAway(SigningWaits):
    """Nobody says whether the certificate was revoked."""

    says = N_("CHƯA ký: không tra được tình trạng chứng thư (OCSP, CRL). Lệnh ký vẫn còn; máy sẽ tự làm tiếp.")


class TokenAway(SigningWaits):
    """The token is not plugged in."""

    says = N_("CHƯA ký: không thấy thiết bị ký (token). Lệnh ký vẫn còn; hãy cắm lại thiết bị.")


class SigningRefused(Refused):
    """Signing again unchanged gives the same answer."""

    says = N_("CHƯA ký: văn bản này không ký được. Hãy trả lại bước dự thảo, hoặc báo quản trị.")


class CertificateUnfit(SigningRefused):
    """Expired, revoked, or of nobody we trust."""

    says = N_("CHƯA ký: chứng thư số đã hết hạn, bị thu hồi hoặc không được tin cậy. Hãy báo quản trị.")


class KeyUnusable(SigningRefused):
    """The key file, its passphrase or the token's PIN is wrong."""

    says = N_("CHƯA ký: khoá ký không mở được. Hãy báo quản trị.")


_WORDS: Final[Mapping[type[SigningError], type[SigningWaits] | type[SigningRefused]]] = {
    errors.TimestampUnavailable: TimestampAway, errors.RevocationUnavailable: RevocationAway,
    errors.TokenMissing: TokenAway, errors.CertificateExpired: CertificateUnfit,
    errors.CertificateRevoked: CertificateUnfit, errors.CertificateUntrusted: CertificateUnfit,
    errors.WrongPassphrase: KeyUnusable, errors.KeyFileBroken: KeyUnusable, errors.WrongPin: KeyUnusable,
    errors.KeyNotOnToken: KeyUnusable,
}


def in_words(error: SigningError) -> SigningWaits | SigningRefused:
    """The refusal to raise in place of `error`."""
    return _WORDS.get(type(error), SigningWaits if error.retry else SigningRefused)()

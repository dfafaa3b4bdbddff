"""Names as often as they are in Vietnam: three in ten are Nguyễn, women Thị and men Văn, a third of four words.

By number, so that the same dossier has the same name in every run. Nobody in it exists.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from app.dossiers.naming import cuts, keys_of, name_words, number_keys

FAMILY = (
    ("Nguyễn", 310), ("Trần", 110), ("Lê", 95), ("Phạm", 70), ("Hoàng", 50), ("Phan", 45), ("Vũ", 39), ("Đặng", 21),
    ("Bùi", 20), ("Đỗ", 14), ("Hồ", 13), ("Ngô", 13), ("Dương", 10), ("Lý", 8), ("Lò", 30), ("Quàng", 20), ("Cà", 15),
    ("Tòng", 15), ("Lường", 15), ("Giàng", 12), ("Vàng", 12), ("Sùng", 10), ("Mùa", 8), ("Thào", 8), ("Đào", 8), ("Đinh", 8),
    ("Trịnh", 7), ("Mai", 7), ("Cao", 7), ("Hà", 6), ("Lương", 6), ("Tạ", 4), ("Chu", 4),
)
MIDDLE = ("Văn", "Văn", "Văn", "Thị", "Thị", "Thị", "Hữu", "Minh", "Thanh", "Quang", "Ngọc", "Đức", "Xuân", "Công", "Thu")
SECOND = ("", "", "Thanh", "", "Hồng", "", "Minh", "", "", "Kim", "Ngọc", "", "Bích", "", "Anh", "", "", "Thúy")
_GIVEN = """
An Anh Ánh Bắc Bảo Bích Bình Châu Chi Chiến Chung Công Cúc Cường Danh Diễm Diệp Dinh Dung Dũng Duy Duyên Dương Đại Đạt
Điệp Định Đông Đức Gấm Giang Hà Hải Hạnh Hảo Hằng Hân Hậu Hiền Hiếu Hiệp Hoa Hòa Hoài Hoàn Hoàng Hồng Hợp Huân Huệ Hùng
Huy Huyền Hương Hường Khải Khang Khánh Khoa Khôi Khương Kiên Kiều Lan Lâm Liên Linh Loan Long Lộc Lợi Luân Lụa Lực Ly Lý
Mai Mạnh Mẫn May Minh My Mỹ Nam Nga Ngà Ngân Nghĩa Ngọc Nguyên Nguyệt Nhã Nhàn Nhẫn Nhật Nhi Nhung Như Ninh Oanh Phong
Phú Phúc Phương Phượng Quang Quân Quế Quốc Quý Quyên Quyền Quyết Quỳnh Sen Sinh Sơn Sửu Tài Tâm Tân Thái Thanh Thành
Thảo Thắm Thắng Thiện Thịnh Thoa Thơm Thu Thuận Thúy Thủy Thương Tiên Tiến Tình Toàn Trang Trâm Trí Trinh Trọng Trung
Trường Tú Tuấn Tuệ Tùng Tuyên Tuyết Tươi Uyên Út Vân Vi Việt Vinh Vui Vũ Vượng Vy Xuân Xuyến Yên Yến
"""
GIVEN = tuple(_GIVEN.split())
_WEIGHTS = list(accumulate(weight for _, weight in FAMILY))


def name_of(n: int) -> str:
    """The name of the n-th dossier's holder."""
    drawn = n * 0x9E3779B97F4A7C15 % 2**64
    family = FAMILY[bisect_right(_WEIGHTS, (drawn >> 40) % _WEIGHTS[-1])][0]
    middle, second = MIDDLE[(drawn >> 20) % len(MIDDLE)], SECOND[(drawn >> 28) % len(SECOND)]
    parts = (family, middle, second, GIVEN[(drawn >> 33) % len(GIVEN)])
    return " ".join(part for part in parts if part)


def found_by(name: str, number: str, code: str | None) -> dict[str, int]:
    """The keys the product would write for such a dossier."""
    return {**keys_of([name]), **number_keys(personal_number=number, code=code)}


def known_words(names: set[str]) -> list[tuple[str, str]]:
    """Every cut of every word in these names, with the word."""
    words = {word.folded for name in names for word in name_words(name)}
    return [(cut, word) for word in sorted(words) for cut in cuts(word)]

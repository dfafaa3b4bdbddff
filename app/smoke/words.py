"""What the synthetic applicant says where the first choice would not do. By procedure: "page.field" → answer."""

from collections.abc import Mapping
from typing import Any, Final

_PLACE: Final = "Thôn Đình (mẫu)"

# The parents are known to the population simulator; elsewhere they are simply not found, which is also played.
WORDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "1.001193": {
        "child.name": "Nguyễn Hoàng Mẫu Thử", "child_birth.place": "Trạm Y tế (mẫu)", "copies.copies": 2,
        "mother.name": "Hoàng Thị Bích Liễu", "mother.personal_number": "000199004821", "mother.born_on": "1999-03-12",
        "father.name": "Nguyễn Phương Hải", "father.personal_number": "000096004822", "father.born_on": "1996-11-02",
        "marriage.registered_on": "2022-10-08", "get_number_on_paper.number": "000126999999",
    },
    "1.004873": {
        "purpose.purpose": "marry", "spouse.name": "Vũ Thị Ví Dụ", "spouse.born_on": "2001-09-09",
        "status.status": "never_married", "examine.status": "never_married", "examine.status_detail": "",
        "previous.issued_before": "yes", "previous.old_certificate": "cannot_return",
        "planned_place.why": "Giấy cũ đã thất lạc (mẫu).",
        "residence.lived_from": "2010", "residence.lived_to": "",
    },
    "1.013225": {
        "land.plot": "101", "land.map_sheet": "12", "land.plot_area": "180 m²",
        "land.land_papers": "Giấy chứng nhận MẪU 000123",
        "land.land_in_database": "no", "land.heritage_area": "no", "work.fire_result_needed": "no",
        "size.ground_floor_area": "96 m²", "size.total_floor_area": "192 m²", "size.floors": 2, "size.height": "7,8 m",
        "size.density": "53 %", "designer.name": "Công ty Thiết kế Mẫu", "site_check.members": "Cán bộ mẫu, trưởng thôn",
        "site_check.findings": f"Đúng hiện trạng, {_PLACE}", "draft_result.levels": "+0,45",
        "draft_result.red_line": "4,0 m", "draft_result.building_line": "5,5 m", "draft_result.land_use_factor": "1,1",
    },
    "2.000815": {
        "document.name": "Bằng tốt nghiệp (mẫu)", "document.issuer": "Trường THPT Mẫu", "document.pages": 2,
        "output.format": "both", "output.copies": 2, "draft_result.pages_compared": 2,
    },
}

"""Results to print, one of each procedure and some that try the page."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from app.papers.certificates import ResultPaper
from app.papers.parts import Letterhead, Signer
from app.papers.press import WORKFLOWS
from tests.papers.situations import CODE, LONG_ADDRESS, LONG_CHILD, LONG_COMPANY

BIRTH_TEMPLATE = WORKFLOWS / "1.001193-dang-ky-khai-sinh/result.typ"
MARITAL_TEMPLATE = WORKFLOWS / "1.004873-xac-nhan-tinh-trang-hon-nhan/result.typ"
CERTIFIED_TEMPLATE = WORKFLOWS / "2.000815-chung-thuc-ban-sao/result.typ"
PERMIT_TEMPLATE = WORKFLOWS / "1.013225-giay-phep-xay-dung-nha-o/result.typ"

COMMUNE = Letterhead(parent="", name="Ủy ban nhân dân xã Tân Mai", place="Tân Mai", phone="0200 355 0101")
CHAIR = Signer(authority="TM. Ủy ban nhân dân", title="Chủ tịch", name="Đỗ Quang Thịnh")
DEPUTY = Signer(
    authority="TM. Ủy ban nhân dân", acting="KT. Chủ tịch", title="Phó Chủ tịch", name="Trần Nguyễn Hoài Phương Thảo"
)

BIRTH = ResultPaper(
    title="Giấy khai sinh",
    head=COMMUNE,
    code=CODE,
    store_code=f"{CODE}-KQ1",
    verify_url="https://motcua.tanmai.example/v/7KQ2M9XD4T",
    signer=CHAIR,
    number="125/2026",
    issued_on=date(2026, 11, 11),
    content={
        "child_name": "Nguyễn Hoàng Bảo Ngọc",
        "child_born_on": "2026-11-07",
        "child_sex": "female",
        "child_birth_place": "Trạm y tế xã Tân Mai, tỉnh Thanh Giang",
        "child_hometown": "Xã Tân Mai, tỉnh Thanh Giang",
        "child_ethnicity": "Kinh",
        "child_nationality": "Việt Nam",
        "child_personal_number": "000326004821",
        "mother_name": "Hoàng Thị Bích Liễu",
        "mother_born_on": "1999-03-02",
        "mother_ethnicity": "Kinh",
        "mother_nationality": "Việt Nam",
        "mother_residence": {"detail": "Thôn Đình", "commune": "xã Tân Mai", "province": "tỉnh Thanh Giang"},
        "father_name": "Nguyễn Văn Ước",
        "father_born_on": "1996",
        "father_ethnicity": "Tày",
        "father_nationality": "Việt Nam",
        "father_residence": {"detail": "Thôn Đình", "commune": "xã Tân Mai", "province": "tỉnh Thanh Giang"},
        "requester_name": "Nguyễn Văn Ước",
        "requester_relation": "cha",
        "requester_papers": "Thẻ căn cước số 000096001122, Bộ Công an cấp ngày 15/08/2024",
        "registered_place": "Ủy ban nhân dân xã Tân Mai, tỉnh Thanh Giang",
        "register_book": "01/2026-KS",
    },
)
LONG_BIRTH = replace(
    BIRTH,
    signer=DEPUTY,
    content={
        **BIRTH.content,
        "child_name": LONG_CHILD,
        "child_birth_place": "Bệnh viện Phụ sản và Nhi khoa đa khoa quốc tế Phương Nam, " + LONG_ADDRESS,
        "child_hometown": LONG_ADDRESS,
        "mother_residence": LONG_ADDRESS,
        "father_residence": LONG_ADDRESS,
        "child_born_on": "2024-12-24",
    },
)
FATHERLESS_BIRTH = replace(
    BIRTH,
    content={
        key: value for key, value in BIRTH.content.items() if not key.startswith("father") and key != "child_personal_number"
    },
)
DRAFT_BIRTH = replace(BIRTH, number=None, issued_on=None, content={"child_name": LONG_CHILD, "child_born_on": "2026-11-07"})

MARITAL = replace(
    BIRTH,
    title="Giấy xác nhận tình trạng hôn nhân",
    number="88/XNTTHN",
    signer=DEPUTY,
    content={
        "person_name": "Hoàng Thị Bích Liễu",
        "requester_name": "Hoàng Thị Bích Liễu",
        "person_born_on": "1999-03-02",
        "person_sex": "female",
        "person_ethnicity": "Kinh",
        "person_nationality": "Việt Nam",
        "person_papers": "Thẻ căn cước số 000199004821, Bộ Công an cấp ngày 15/08/2024",
        "person_residence": LONG_ADDRESS,
        "residence_from": "2019-06",
        "status": "divorced",
        "status_detail": "Quyết định thuận tình ly hôn số 12/2024/QĐST-HNGĐ "
        "ngày 05/06/2024 của Tòa án nhân dân khu vực 3 – Thanh Giang",
        "purpose": "Làm thủ tục mua bán nhà đất",
        "valid_until": "2027-05-11",
    },
)
CERTIFIED = replace(
    BIRTH,
    title="Bản sao chứng thực",
    number="1284",
    content={
        "document_name": "Bằng tốt nghiệp đại học",
        "document_number": "B00000412",
        "document_holder": LONG_CHILD,
        "document_issuer": "Trường Đại học Thanh Giang",
        "pages": 2,
        "book": "01/2026",
        "electronic": True,
    },
)
PERMIT = replace(
    BIRTH,
    title="Giấy phép xây dựng",
    number="15/GPXD",
    recipients=("Như mục 1", "Phòng Kinh tế, Hạ tầng và Đô thị", "Lưu: VT, hồ sơ"),
    content={
        "owner_name": LONG_COMPANY,
        "owner_address": LONG_ADDRESS,
        "work_name": "Nhà ở riêng lẻ 3 tầng, 1 tum",
        "work_place": "Thôn Đình, xã Tân Mai, tỉnh Thanh Giang",
        "work_type": "Nhà ở riêng lẻ",
        "work_class": "cấp III",
        "plot": "118",
        "map_sheet": "24",
        "plot_area": 125.5,
        "levels": "+0,45 m so với mặt đường",
        "red_line": "Theo bản đồ địa chính, cách tim đường 6 m",
        "building_line": "Lùi 1,5 m so với chỉ giới đường đỏ",
        "density": 80,
        "land_use_factor": 2.8,
        "ground_floor_area": 100.4,
        "total_floor_area": 351.4,
        "floors": 3,
        "height": 12.6,
        "land_papers": "Giấy chứng nhận quyền sử dụng đất số AA 000412 "
        "do Văn phòng đăng ký đất đai tỉnh Thanh Giang cấp ngày 12/05/2025",
        "designer": LONG_COMPANY,
        "conditions": (
            "Thông báo ngày khởi công cho Ủy ban nhân dân xã trước ít nhất 3 ngày làm việc.",
            "Niêm yết giấy phép tại công trường.",
        ),
    },
)

RESULTS: dict[str, tuple[Path, ResultPaper]] = {
    "birth": (BIRTH_TEMPLATE, BIRTH),
    "birth-long": (BIRTH_TEMPLATE, LONG_BIRTH),
    "birth-fatherless": (BIRTH_TEMPLATE, FATHERLESS_BIRTH),
    "birth-draft": (BIRTH_TEMPLATE, DRAFT_BIRTH),
    "marital": (MARITAL_TEMPLATE, MARITAL),
    "marital-draft": (MARITAL_TEMPLATE, replace(MARITAL, number=None, issued_on=None, content={"person_name": "Lý A"})),
    "certified": (CERTIFIED_TEMPLATE, CERTIFIED),
    "certified-draft": (CERTIFIED_TEMPLATE, replace(CERTIFIED, number=None, issued_on=None)),
    "permit": (PERMIT_TEMPLATE, PERMIT),
    "permit-draft": (PERMIT_TEMPLATE, replace(PERMIT, number=None, issued_on=None, content={})),
}

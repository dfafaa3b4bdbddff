"""Papers to print: everyday ones, and ones that try the page. People, places and codes are invented."""

from dataclasses import replace
from datetime import UTC, date, datetime

from app.papers.forms import Form
from app.papers.lists import HandoverList, PostalLabel, Register, RegisterRow, Shipment
from app.papers.parts import Component, Letterhead, Signer
from app.papers.receipts import (
    Application,
    Delegate,
    FeeLine,
    FeeReceipt,
    ResultReceipt,
    ReturnedResult,
    Section,
    Undertaking,
)
from app.papers.slips import (
    Apology,
    ControlSlip,
    HandOver,
    PhaseTwo,
    Receipt,
    RefusalSlip,
    StopNotice,
    SupplementRequest,
)

CODE = "000.00.18.H99-261111-0042"
TRACK = f"https://motcua.tanmai.example/t/{CODE}"
MORNING = datetime(2026, 11, 11, 2, 42, tzinfo=UTC)
EVENING = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
PRINTED = datetime(2026, 11, 11, 2, 43, tzinfo=UTC)
TODAY = date(2026, 11, 11)

LONG_CHILD = "Nguyễn Hoàng Phương Khánh Quỳnh"
LONG_COMPANY = "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN THƯƠNG MẠI DỊCH VỤ XÂY DỰNG PHƯỢNG HOÀNG NAM TRƯỜNG THỊNH"
LONG_ADDRESS = "Số nhà 128/45/6A, ngõ 99 đường Nguyễn Thị Minh Khai kéo dài, thôn Đình Thượng, xã Tân Mai, tỉnh Thanh Giang"
LONG_EMAIL = "phong.hanh.chinh.tong.hop.va.doi.ngoai@phuong-hoang-nam-truong-thinh.example"

OFFICE = Letterhead(
    parent="Ủy ban nhân dân xã Tân Mai",
    name="Trung tâm Phục vụ hành chính công",
    place="Tân Mai",
    phone="0200 355 0101",
    website="motcua.tanmai.example",
    address="Thôn Đình, xã Tân Mai, tỉnh Thanh Giang",
)
LEADER = Signer(authority="TM. Ủy ban nhân dân", title="Chủ tịch", name="Đỗ Quang Thịnh")

RECEIPT = Receipt(
    head=OFFICE,
    code=CODE,
    number="42/TTPVHCC",
    unit="Trung tâm Phục vụ hành chính công xã Tân Mai",
    submitter="Hoàng Thị Bích Liễu",
    channel="Trực tiếp tại quầy",
    address="Thôn Đình, xã Tân Mai, tỉnh Thanh Giang",
    phone="0900 000 318",
    email="bich.lieu@thu.example",
    id_number="000199004821",
    request="Cấp Giấy xác nhận tình trạng hôn nhân",
    components=(
        Component("Tờ khai cấp Giấy xác nhận tình trạng hôn nhân", originals=1),
        Component("Quyết định ly hôn", photocopies=1),
    ),
    term="03 ngày làm việc",
    received_at=MORNING,
    due_at=EVENING,
    return_way="Tại quầy",
    receiver="Hà Minh Tú",
    track_url=TRACK,
    book="01/2026",
    serial="1284",
)
LONG_RECEIPT = replace(
    RECEIPT,
    copy="Lưu",
    submitter=LONG_COMPANY,
    holder=LONG_CHILD,
    holder_address=LONG_ADDRESS,
    address=LONG_ADDRESS,
    email=LONG_EMAIL,
    mask_id=True,
    request="Cấp giấy phép xây dựng mới đối với công trình cấp III, cấp IV "
    "(công trình không theo tuyến, theo tuyến) và nhà ở riêng lẻ",
    summary="Nhà ở riêng lẻ 3 tầng, 1 tum tại thửa đất số 118, tờ bản đồ số 24",
    components=tuple(
        Component(
            f"Bản vẽ số {n}: mặt bằng, mặt đứng, mặt cắt công trình kèm theo sơ đồ đấu nối hạ tầng", n % 2, n % 3, 1, 1
        )
        for n in range(1, 15)
    ),
    phase_two=PhaseTwo(EVENING, EVENING),
    return_way="Qua dịch vụ bưu chính công ích, giao tận địa chỉ của người nộp hồ sơ",
    reprint=2,
)
BARE_RECEIPT = Receipt(
    head=Letterhead("Ủy ban nhân dân xã Tân Mai", "Bộ phận Tiếp nhận và Trả kết quả", "Tân Mai"),
    code=CODE,
    number="1",
    unit="Bộ phận Một cửa",
    submitter="Lý A",
    request="Đăng ký khai sinh",
    components=(Component("Tờ khai", electronic=1),),
    term="Trong ngày",
    received_at=MORNING,
    due_at=None,
    return_way="Trực tuyến",
    receiver="Hệ thống",
    track_url=TRACK,
)
SUPPLEMENT = SupplementRequest(
    head=OFFICE,
    code=CODE,
    number="15/HDHS",
    unit=RECEIPT.unit,
    holder=LONG_CHILD,
    request=RECEIPT.request,
    items=(
        Component("Trích lục ghi chú ly hôn, nếu đã ly hôn ở nước ngoài", certified=1),
        Component("Văn bản ủy quyền", originals=1),
    ),
    reason="Tờ khai ghi đã ly hôn nhưng chưa kèm giấy tờ chứng minh; người nộp không phải là người được xác nhận.",
    officer="Hà Minh Tú",
    officer_phone="0200 355 0102",
    issued_on=TODAY,
    track_url=TRACK,
    due_at=EVENING,
    address=LONG_ADDRESS,
    phone="0900 000 318",
)
REFUSAL = RefusalSlip(
    head=OFFICE,
    number="03/TTPVHCC",
    unit=RECEIPT.unit,
    submitter=LONG_COMPANY,
    request="Chứng thực bản sao từ bản chính",
    reasons=(
        "Bản chính bị tẩy xóa, sửa chữa ở trang 2 và trang 5.",
        "Giấy tờ do cơ quan nước ngoài cấp chưa được hợp pháp hóa lãnh sự theo quy định.",
    ),
    officer="Hà Minh Tú",
    issued_on=TODAY,
    legal_basis="Điều 22 Nghị định số 23/2015/NĐ-CP",
    address=LONG_ADDRESS,
    phone="0900 000 318",
)
APOLOGY = Apology(
    head=OFFICE,
    number="07/TTPVHCC-XL",
    code=CODE,
    addressee="Bà Hoàng Thị Bích Liễu",
    request=RECEIPT.request,
    received_at=MORNING,
    due_at=EVENING,
    new_due_at=datetime(2026, 11, 19, 9, 30, tzinfo=UTC),
    lead="Công chức tư pháp – hộ tịch",
    reason="Ủy ban nhân dân xã Đông Phú, nơi bà thường trú từ 2015 đến 2019, chưa trả lời "
    "yêu cầu xác minh gửi ngày 12/11/2026.",
    return_place="Quầy 2, Trung tâm Phục vụ hành chính công xã Tân Mai",
    signer=Signer(title="Giám đốc", name="Vũ Thị Hồng Nhung"),
    issued_on=date(2026, 11, 16),
    track_url=TRACK,
    recipients=("Như trên", "Công chức tư pháp – hộ tịch", "Lưu: VT, hồ sơ"),
)
STOP = StopNotice(
    head=OFFICE,
    number="02/TB-TTPVHCC",
    code=CODE,
    addressee=LONG_COMPANY,
    request=LONG_RECEIPT.request,
    received_at=MORNING,
    wish="Đơn đề nghị rút hồ sơ ngày 13/11/2026 của người nộp",
    stage="Thẩm định hồ sơ",
    decision="Dừng giải quyết hồ sơ theo đề nghị của người nộp.",
    fees="Đã thu 50.000 đ, hoàn lại toàn bộ trong 3 ngày làm việc.",
    papers="Trả lại toàn bộ bản chính khi người nộp đến nhận thông báo này.",
    signer=Signer(
        authority="TM. Ủy ban nhân dân", acting="KT. Chủ tịch", title="Phó Chủ tịch", name="Trần Nguyễn Hoài Phương Thảo"
    ),
    issued_on=TODAY,
    track_url=TRACK,
    legal_basis="Nghị định số 118/2025/NĐ-CP",
    recipients=("Như trên", "Lưu: VT, hồ sơ"),
)
CONTROL = ControlSlip(
    head=OFFICE,
    code=CODE,
    number="42/TTPVHCC",
    holder=LONG_CHILD,
    request=LONG_RECEIPT.request,
    received_at=MORNING,
    due_at=EVENING,
    lead="Phòng Kinh tế, Hạ tầng và Đô thị xã Tân Mai",
    partners=("Công an xã Tân Mai", "Chi nhánh Văn phòng đăng ký đất đai"),
    issued_on=TODAY,
    rows=(
        HandOver(
            "Trung tâm Phục vụ hành chính công",
            "Phòng Kinh tế, Hạ tầng và Đô thị",
            MORNING,
            "Hà Minh Tú",
            "Lê Văn Cường",
            "early",
        ),
        HandOver(
            "Phòng Kinh tế, Hạ tầng và Đô thị",
            "Lãnh đạo Ủy ban nhân dân xã",
            EVENING,
            "Lê Văn Cường",
            LONG_CHILD,
            "on_time",
            "Đã kiểm tra thực địa ngày 13/11/2026",
        ),
        HandOver(
            "Lãnh đạo Ủy ban nhân dân xã",
            "Văn thư",
            EVENING,
            LONG_CHILD,
            "Bùi Thị Ơn",
            "late",
            "Chờ ý kiến cơ quan phối hợp",
        ),
        HandOver("Văn thư", "Trung tâm Phục vụ hành chính công", EVENING, "Bùi Thị Ơn", "Hà Minh Tú"),
    ),
)
REGISTER = Register(
    head=OFFICE,
    unit=RECEIPT.unit,
    book="01/2026",
    from_on=date(2026, 11, 1),
    to_on=date(2026, 11, 30),
    issued_on=date(2026, 12, 1),
    first_number=1280,
    rows=tuple(
        RegisterRow(
            f"000.00.18.H99-2611{n % 28 + 1:02}-{n:04}",
            LONG_RECEIPT.request if n % 5 == 0 else "Đăng ký khai sinh",
            1,
            LONG_COMPANY if n % 7 == 0 else "Hoàng Thị Bích Liễu",
            LONG_ADDRESS if n % 3 == 0 else "Thôn Đình, xã Tân Mai",
            "0900 000 318",
            "Công chức tư pháp – hộ tịch",
            date(2026, 11, 5),
            EVENING,
            date(2026, 11, 16) if n % 2 else None,
            date(2026, 11, 16) if n % 2 else None,
            "Bưu chính" if n % 4 == 0 else "Tại quầy",
            "Hà Minh Tú",
            "" if n % 6 else "Đã xin lỗi, hẹn lại",
        )
        for n in range(1, 24)
    ),
)
LABEL = PostalLabel(
    shipment="EH261116001VN",
    code=CODE,
    sender="Trung tâm Phục vụ hành chính công xã Tân Mai",
    sender_address="Thôn Đình, xã Tân Mai, tỉnh Thanh Giang",
    sender_phone="0200 355 0101",
    receiver=LONG_CHILD,
    receiver_address=LONG_ADDRESS,
    receiver_phone="0900 000 318",
    contents=("Giấy xác nhận tình trạng hôn nhân, 1 bản chính",),
    handed_on=date(2026, 11, 16),
    to_collect=35_000,
    papers_back=("Giấy xác nhận cũ",),
)
HANDOVER = HandoverList(
    head=OFFICE,
    number="16/2026",
    unit=RECEIPT.unit,
    post_office="Bưu cục Tân Mai",
    handed_at=EVENING,
    giver="Hà Minh Tú",
    rows=tuple(
        Shipment(
            f"EH26111600{n}VN",
            CODE,
            "Cấp Giấy xác nhận tình trạng hôn nhân",
            "Giấy xác nhận, 1 bản chính",
            LONG_CHILD if n % 2 else "Lý A",
            LONG_ADDRESS,
            "0900 000 318",
            35_000 * (n % 2),
            "" if n % 2 else "Giấy cũ",
        )
        for n in range(1, 6)
    ),
)
RESULT_RECEIPT = ResultReceipt(
    head=OFFICE,
    code=CODE,
    number="42/TTPVHCC",
    request="Đăng ký khai sinh",
    holder=LONG_CHILD,
    results=(
        ReturnedResult("Giấy khai sinh", "125/2026", TODAY, summary="cho " + LONG_CHILD),
        ReturnedResult("Bản sao trích lục khai sinh", "125/2026-BS", TODAY, copies=3),
    ),
    deliverer="Hà Minh Tú",
    receiver="Hoàng Thị Bích Liễu",
    returned_at=EVENING,
    receiver_phone="0900 000 318",
    receiver_id="000199004821",
    relation="Mẹ của trẻ",
    originals_returned=("Căn cước của người nộp",),
    papers_collected=("Giấy chứng sinh",),
    track_url=TRACK,
)
FEE_RECEIPT = FeeReceipt(
    collector="Ủy ban nhân dân xã Tân Mai",
    collector_address="Thôn Đình, xã Tân Mai, tỉnh Thanh Giang",
    tax_code="0000000018",
    form_symbol="01BLP0-001",
    symbol="TM-26E",
    number=1284,
    payer=LONG_COMPANY,
    payer_address=LONG_ADDRESS,
    payer_id="000199004821",
    code=CODE,
    request="Chứng thực bản sao từ bản chính",
    lines=(FeeLine("Phí", "Chứng thực bản sao, 24 trang", 26_000), FeeLine("Lệ phí", "Cấp bản sao trích lục", 8_000)),
    way="Chuyển khoản",
    collected_at=MORNING,
    cashier="Hà Minh Tú",
    delegate=Delegate("Bưu cục Tân Mai", "Thôn Chợ, xã Tân Mai", "0000000019"),
    track_url=TRACK,
)
APPLICATION = Application(
    title="Tờ khai đăng ký khai sinh",
    addressee="Ủy ban nhân dân xã Tân Mai, tỉnh Thanh Giang",
    request="Đăng ký khai sinh",
    sections=(
        Section(
            "Người yêu cầu",
            (("Họ, chữ đệm, tên", "Hoàng Thị Bích Liễu"), ("Nơi cư trú", LONG_ADDRESS), ("Quan hệ với trẻ", "Mẹ")),
        ),
        Section(
            "Trẻ được khai sinh",
            (
                ("Họ, chữ đệm, tên", LONG_CHILD),
                ("Ngày sinh", "07/11/2026"),
                ("Giới tính", "Nữ"),
                ("Nơi sinh", "Trạm y tế xã Tân Mai"),
            ),
        ),
        Section("Người mẹ", (("Họ, chữ đệm, tên", "Hoàng Thị Bích Liễu"), ("Năm sinh", "1999"), ("Dân tộc", "Kinh"))),
        Section("Người cha", (("Họ, chữ đệm, tên", ""), ("Năm sinh", ""))),
    ),
    declarer="Hoàng Thị Bích Liễu",
    place="Tân Mai",
    declared_on=TODAY,
    code=CODE,
    channel="Nộp trực tuyến",
    submitted_at=MORNING,
    components=("Giấy chứng sinh (ảnh chụp, 1 trang)",),
    track_url=TRACK,
)
UNDERTAKING = Undertaking(
    addressee="Ủy ban nhân dân xã Tân Mai",
    subject="tình trạng hôn nhân trong thời gian cư trú tại xã Đông Phú",
    declarer="Hoàng Thị Bích Liễu",
    facts=(("Số định danh", "000199004821"), ("Nơi cư trú", LONG_ADDRESS)),
    statements=("Từ năm 2015 đến năm 2019, tôi chưa đăng ký kết hôn với ai.", "Tôi hiểu hậu quả của việc khai không đúng."),
    place="Tân Mai",
    declared_on=TODAY,
    code=CODE,
)

EVERYDAY: dict[str, Form] = {
    "receipt": RECEIPT,
    "supplement": SUPPLEMENT,
    "refusal": REFUSAL,
    "apology": APOLOGY,
    "stop": STOP,
    "control_slip": CONTROL,
    "register": REGISTER,
    "label": LABEL,
    "handover_list": HANDOVER,
    "result_receipt": RESULT_RECEIPT,
    "fee_receipt": FEE_RECEIPT,
    "application": APPLICATION,
    "undertaking": UNDERTAKING,
}
TRYING: dict[str, Form] = {
    "receipt-long": LONG_RECEIPT,
    "receipt-bare": BARE_RECEIPT,
    "register-empty": replace(REGISTER, rows=()),
    "control-bare": replace(CONTROL, rows=(), partners=(), due_at=None),
    "refusal-online": replace(
        REFUSAL, code=CODE, submitted_at=MORNING, submitter="Lý A", id_number="000199004821", legal_basis="", track_url=TRACK
    ),
    "supplement-long": replace(SUPPLEMENT, items=LONG_RECEIPT.components, due_at=None, holder=LONG_COMPANY),
    "label-long": replace(
        LABEL, receiver=LONG_COMPANY, contents=("Giấy khai sinh, 1 bản chính", "Bản sao trích lục, 3 bản")
    ),
    "fee-bare": replace(FEE_RECEIPT, delegate=None, payer="Lý A", payer_address="", code="", track_url="", reprint=1),
}

"""What holds for all four drawings: intake, supplement, withdrawal, signing, sealing, giving back."""

import pytest

from tests.workflows.walking import BIRTH, COPIES, MARITAL, PERMIT, Walk, package_of, signed_and_sealed

FACTS = {
    BIRTH: {"channel": "counter", "parents_married": "no", "return_way": "counter"},
    COPIES: {"channel": "counter", "return_way": "counter"},
    MARITAL: {"channel": "counter", "purpose": "property", "return_way": "counter"},
    PERMIT: {"channel": "online", "return_way": "online"},
}
LAPSE = {BIRTH: "stop_lapsed", COPIES: "stop_lapsed", MARITAL: "stop_lapsed", PERMIT: "refuse_lapsed"}
NOBODY = {"consult_planning": "no", "consult_fire_safety": "no", "consult_infrastructure": "no"}
ALL = pytest.mark.parametrize("code", [BIRTH, COPIES, MARITAL, PERMIT])


def begun(code: str, **more: object) -> Walk:
    return Walk(code, {**FACTS[code], **more}, {"fetch_personal_number": {"personal_number": "issued"}})


def received(code: str, **more: object) -> Walk:
    walk = begun(code, **more).act("check_papers", "receive")
    return walk.act("site_check", "checked", **NOBODY) if code == PERMIT else walk


def to_sign(code: str, **more: object) -> Walk:
    walk = received(code, **more).act("examine", "approve").act("draft_result", "draft")
    if "confirm_draft" in walk.steps:
        walk.act("confirm_draft", "confirm")
    if code == BIRTH:
        walk.act("write_register", "registered")
    return walk


@ALL
def test_a_refusal_at_the_reception_ends_it(code):
    assert begun(code).act("check_papers", "refuse_at_intake").ended == "refused_at_intake"


@ALL
def test_a_supplement_at_the_reception_comes_back_to_the_reception(code):
    walk = begun(code).act("check_papers", "ask_supplement")
    assert walk.steps == set()
    assert walk.deliver("supplement_received").steps == {"check_papers"}


@ALL
def test_a_supplement_that_never_comes_ends_as_the_package_says(code):
    walk = begun(code).act("check_papers", "ask_supplement").fire("supplement_late")
    assert walk.ended == "lapsed"
    assert walk.played == ["lapse_supplement", LAPSE[code]]
    assert LAPSE[code].startswith(package_of(code).procedure.supplement.lapse)


@ALL
def test_a_supplement_after_examination_goes_back_to_the_specialist(code):
    walk = received(code).act("examine", "ask_supplement").deliver("supplement_received")
    assert walk.steps == {"examine_supplement" if code == PERMIT else "examine"}


@ALL
def test_a_supplement_that_never_comes_after_examination_ends_it_too(code):
    assert received(code).act("examine", "ask_supplement").fire("supplement_late").ended == "lapsed"


@ALL
def test_a_refusal_after_examination_ends_it(code):
    assert received(code).act("examine", "refuse").ended == "refused"


@ALL
def test_while_drafting_it_may_still_be_refused(code):
    walk = received(code).act("examine", "approve").act("draft_result", "refuse")
    assert walk.ended == "refused_in_drafting"


@ALL
@pytest.mark.parametrize("message", ["withdrawn", "stopped"])
@pytest.mark.parametrize("where", [begun, received, to_sign])
def test_until_the_leader_signs_it_may_be_withdrawn_or_stopped(code, message, where):
    walk = where(code)
    assert walk.deliver(message).ended == message


@ALL
@pytest.mark.parametrize("message", ["withdrawn", "stopped"])
def test_while_a_supplement_is_awaited_it_may_be_withdrawn(code, message):
    assert begun(code).act("check_papers", "ask_supplement").deliver(message).ended == message


@ALL
def test_once_the_leader_has_signed_nobody_withdraws(code):
    walk = to_sign(code).act("sign_result", "sign")
    assert not walk.awaits("withdrawn")
    assert not walk.awaits("stopped")


@ALL
def test_number_then_signature_then_seal_then_issue(code):
    walk = signed_and_sealed(to_sign(code))
    order = [name for name in walk.played if name in ("make_result", "apply_signature", "apply_seal", "issue_result")]
    assert order == ["make_result", "apply_signature", "apply_seal", "issue_result"]


@ALL
def test_the_leader_sends_a_draft_back_to_be_drafted_again(code):
    walk = to_sign(code).act("sign_result", "send_back")
    assert walk.steps == {"draft_result"}
    assert "apply_signature" not in walk.played


@ALL
def test_the_clerk_sends_back_and_the_leader_must_sign_again(code):
    walk = to_sign(code).act("sign_result", "sign").act("seal_result", "send_back")
    assert walk.steps == {"draft_result"}
    walk.act("draft_result", "draft")
    if code == BIRTH:
        walk.act("write_register", "registered")
    assert walk.steps == {"sign_result"}


@ALL
def test_after_sending_back_it_may_be_withdrawn_again(code):
    walk = to_sign(code).act("sign_result", "sign").act("seal_result", "send_back")
    assert walk.deliver("withdrawn").ended == "withdrawn"


@ALL
def test_an_online_return_ends_at_once(code):
    walk = signed_and_sealed(to_sign(code, return_way="online"))
    assert walk.ended == "returned"
    assert walk.played[-1] == "deliver_online"


@pytest.mark.parametrize("code", [BIRTH, COPIES, MARITAL])
def test_at_the_counter_somebody_hands_it_over(code):
    walk = signed_and_sealed(to_sign(code, return_way="counter"))
    assert walk.steps == {"return_result"}
    assert walk.act("return_result", "hand_over").ended == "returned"


@pytest.mark.parametrize("code", [BIRTH, MARITAL, PERMIT])
def test_by_post_the_delivery_ends_it(code):
    walk = signed_and_sealed(to_sign(code, return_way="post"))
    assert walk.act("hand_to_post", "hand_to_post").deliver("post_delivered").ended == "returned"
    assert walk.played[-1] == "close_delivery"


@pytest.mark.parametrize("code", [BIRTH, MARITAL, PERMIT])
def test_what_the_post_brings_back_waits_at_the_counter(code):
    walk = signed_and_sealed(to_sign(code, return_way="post")).act("hand_to_post", "hand_to_post")
    walk.deliver("post_returned").act("take_back", "take_back")
    assert not walk.awaits("post_delivered")
    assert walk.act("return_result", "hand_over").ended == "returned"

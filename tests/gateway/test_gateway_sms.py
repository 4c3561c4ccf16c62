"""SMS over HTTP: Twilio's requests in their captured shape, signed as Twilio signs them, and its API on loopback."""

from __future__ import annotations

import threading
import time

import pytest
import requests

from forloeb.booking import tables as booking
from forloeb.booking.model import NoticeKind
from forloeb.gateway import gsm7
from tests.gateway.harness import Running, until
from tests.gateway.phones import (
    JONAS,
    METTE,
    NEW,
    answers,
    cases,
    handed,
    heard,
    messages,
    moved_to,
    news,
    person,
    pushes,
    rows,
    say,
)
from tests.gateway.providers import Providers, inbound, post_sms, receipt, twilio_signature
from tests.gateway.test_gateway_login import login


def test_an_sms_is_answered_by_sms_once_and_in_order(channels: Running, providers: Providers) -> None:
    say(channels, NEW, "hej")
    assert answers(providers, NEW, 1) == ["Svar på: hej"]
    assert handed(channels, "hej")["metadata"]["channel"] == "sms"
    (intro,) = [text for text in providers.to(NEW) if "STOP" in text]
    assert gsm7.fits(intro) and gsm7.parts(intro) <= 2
    for number in range(5):
        say(channels, NEW, f"nr. {number} hej")
    assert answers(providers, NEW, 6)[1:] == [f"Svar på: nr. {number} hej" for number in range(5)]


def test_the_answer_to_the_webhook_is_empty_twiml(channels: Running) -> None:
    answer = post_sms(channels, inbound(NEW, "hej"))
    assert (answer.status_code, answer.text, answer.headers["Content-Type"]) == (
        200,
        "<Response/>",
        "text/xml; charset=utf-8",
    )


FORGED = {
    "no signature": lambda form, url: "",
    "another's token": lambda form, url: twilio_signature(url, form, "another"),
    "another address": lambda form, url: twilio_signature(url + "x", form),
    "another text": lambda form, url: twilio_signature(url, {**form, "Body": "meld afbud"}),
    "another sender": lambda form, url: twilio_signature(url, {**form, "From": METTE}),
    "a field more": lambda form, url: twilio_signature(url, {**form, "NumMedia2": "1"}),
    "not ASCII": lambda form, url: "æøå".encode().decode("latin-1"),
    "long": lambda form, url: "A" * 5000,
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_request_is_refused_and_stores_nothing(channels: Running, name: str) -> None:
    form = inbound(NEW, "hej")
    signature = FORGED[name](form, channels.settings.public_url + "/webhooks/sms")
    answer = post_sms(channels, form, signature)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "bad_signature")
    assert messages(channels) == []


def test_a_signed_request_of_another_account_is_refused(channels: Running) -> None:
    assert post_sms(channels, {**inbound(NEW, "hej"), "AccountSid": "ACffff"}).status_code == 403


def test_bodies_from_the_world_at_large(channels: Running) -> None:
    where = f"{channels.base}/webhooks/sms"
    for body, status in (
        (b"a" * 70_000, 413),
        (b"a" * 1_000_000, 413),
        (b"\xff\xfe", 400),
        (b"Body=%ff%fe", 400),
        (b"", 403),
        (b"&" * 30_000, 400),
        (b"a=1&" * 10_000, 400),
        (b'{"Body": "hej"}', 403),
    ):
        answer = requests.post(where, data=body, headers={"X-Twilio-Signature": "x"}, timeout=10)
        assert answer.status_code == status and answer.json()["error"]["message"], (body[:20], answer.text)
    for form in ({**inbound(NEW, "hej"), "MessageSid": "a\0b"}, {**inbound(NEW, "hej"), "From": ""}):
        assert post_sms(channels, form).status_code == 400
    assert requests.get(where, timeout=10).status_code == 405


def test_without_settings_there_is_no_sms(gateway: Running) -> None:
    assert post_sms(gateway, inbound(NEW, "hej")).status_code == 404


@pytest.mark.parametrize("text", ["he\0j", "", " ", "a" * 2001, "🙂" * 1600, "\u202etxet", "<Response>", "%s{x}"])
def test_odd_text_is_answered_or_explained(channels: Running, providers: Providers, text: str) -> None:
    say(channels, NEW, text)
    assert answers(providers, NEW, 1)


def test_a_replayed_or_doubled_request_is_absorbed(channels: Running, providers: Providers) -> None:
    form = inbound(NEW, "hej")
    statuses: list[int] = []
    threads = [threading.Thread(target=lambda: statuses.append(post_sms(channels, form).status_code)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert statuses == [200] * 8
    answers(providers, NEW, 1)
    assert post_sms(channels, form).status_code == 200
    assert post_sms(channels, inbound(NEW, "andet", form["MessageSid"])).status_code == 200
    say(channels, NEW, "til sidst")
    assert answers(providers, NEW, 2) == ["Svar på: hej", "Svar på: til sidst"]
    assert sum(body["text"] == "hej" for body in channels.far.seen) == 1


def test_a_button_is_a_digit_and_the_digit_is_understood_in_its_context(
    channels: Running, providers: Providers
) -> None:
    say(channels, NEW, "knapper")
    assert answers(providers, NEW, 1) == ["Vælg\nSvar 1 eller 2:\n1: Ja tak\n2: Nej"]
    say(channels, NEW, " 2. ")
    assert answers(providers, NEW, 2)[1] == "Du trykkede: Nej (9)"
    say(channels, NEW, "2")  # nothing is offered any more: it is a word like another
    assert answers(providers, NEW, 3)[2] == "Svar på: 2"
    say(channels, NEW, "knapper")
    answers(providers, NEW, 4)
    say(channels, NEW, "7")
    assert answers(providers, NEW, 5)[4] == "Svar på: 7"


def test_news_between_a_question_and_its_answer_does_not_take_its_digit(
    channels: Running, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.gateway import far_side

    real = far_side.answer
    reminder = [{"text": "Husk mødet.", "buttons": [{"title": "Meld afbud", "payload": "/meld_afbud"}]}]
    monkeypatch.setattr(
        far_side, "answer", lambda body: reminder if "besked" in (body["command"] or "") else real(body)
    )
    person(channels, "c-1", METTE)
    say(channels, METTE, "knapper")
    answers(providers, METTE, 1)
    news(channels, "c-1", NoticeKind.DAY_BEFORE)
    assert answers(providers, METTE, 2)[1] == "Husk mødet.\nSvar 3: Meld afbud"
    say(channels, METTE, "1")
    assert answers(providers, METTE, 3)[2] == "Du trykkede: Ja tak (17)"


def test_a_long_pause_does_not_lose_the_thread(channels: Running, providers: Providers) -> None:
    say(channels, NEW, "knapper")
    answers(providers, NEW, 1)
    conversation = handed(channels, "knapper")["conversation"]
    from datetime import datetime, timedelta, timezone

    from sqlalchemy import update

    from forloeb.gateway.channel_tables import address
    from tests.gateway.phones import change

    change(channels, update(address).values(last_inbound=datetime.now(timezone.utc) - timedelta(days=9)))
    say(channels, NEW, "1")
    assert answers(providers, NEW, 2)[1] == "Du trykkede: Ja tak (17)"
    assert handed(channels, "Ja tak")["conversation"] == conversation


def test_mere_gives_the_rest_page_by_page(
    channels: Running, providers: Providers, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.gateway import far_side

    long = "\n\n".join(f"Afsnit {n} handler om noget, der er langt nok til at fylde. Det står der." for n in range(12))
    real = far_side.answer
    monkeypatch.setattr(far_side, "answer", lambda body: [{"text": long}] if body["text"] == "langt" else real(body))
    say(channels, NEW, "langt")
    got = answers(providers, NEW, 1)
    while got[-1].endswith("Svar MERE for resten."):
        say(channels, NEW, "Mere!")
        got = answers(providers, NEW, len(got) + 1)
    assert len(got) == 4 and all(gsm7.parts(text) <= 2 for text in got)
    assert all(f"Afsnit {n} " in "".join(got) for n in range(12))
    say(channels, NEW, "mere")  # nothing is left: it goes to the assistant
    assert answers(providers, NEW, 5)[4] == "Svar på: mere"
    say(channels, NEW, "langt")
    answers(providers, NEW, 6)
    say(channels, NEW, "noget andet")
    answers(providers, NEW, 7)
    say(channels, NEW, "MERE")
    assert answers(providers, NEW, 8)[7] == "Svar på: MERE"


def test_stop_start_and_help(channels: Running, providers: Providers) -> None:
    say(channels, NEW, "Hjælp")
    assert "112" in answers(providers, NEW, 1)[0] and "70 10 20 30" in heard(providers, NEW)[0]
    say(channels, NEW, "STOP.")
    assert "START" in answers(providers, NEW, 2)[1]
    say(channels, NEW, "hvad er cv-fristen")
    until(lambda: [push for push in pushes(channels) if push.state == "blocked"])
    say(channels, NEW, "start")
    assert "igen" in answers(providers, NEW, 3)[2]
    say(channels, NEW, "hej")
    assert answers(providers, NEW, 4)[3] == "Svar på: hej"
    assert all(text not in ("STOP.", "start", "Hjælp") for text in (body["text"] for body in channels.far.seen))
    (case,) = cases(channels)  # the answer that STOP held back
    assert (case.kind, case.claimant_id) == ("other", None)
    assert case.facts["reason"] == "stopped" and case.facts["phone"] == NEW


@pytest.mark.parametrize(
    ("kind", "calls"),
    [
        (NoticeKind.AFBUD_RECEIVED, 1),
        (NoticeKind.CALL, 1),
        (NoticeKind.MOVED, 1),
        (NoticeKind.SUMMONED, 1),
        (NoticeKind.DAY_BEFORE, 0),
        (NoticeKind.HOUR_BEFORE, 0),
    ],
)
def test_what_stop_holds_back_becomes_a_call_to_make(
    channels: Running, providers: Providers, kind: NoticeKind, calls: int
) -> None:
    person(channels, "c-1", METTE)
    say(channels, METTE, "hej")
    answers(providers, METTE, 1)
    say(channels, METTE, "STOP")
    answers(providers, METTE, 2)
    news(channels, "c-1", kind)
    until(lambda: rows(channels, booking.notice.select())[0].sent)
    time.sleep(0.5)
    assert len(heard(providers, METTE)) == 2
    assert [(case.claimant_id, case.facts["about"], case.facts["reason"]) for case in cases(channels)] == (
        [("c-1", kind.value, "stopped")] * calls
    )


def test_that_somebody_has_taken_the_call_makes_no_new_call(channels: Running, providers: Providers) -> None:
    from datetime import datetime, timezone

    from forloeb import db
    from forloeb.booking.service import Bookings

    person(channels, "c-1", METTE)
    say(channels, METTE, "STOP")
    answers(providers, METTE, 1)
    news(channels, "c-1", NoticeKind.AFBUD_RECEIVED)
    (case,) = until(lambda: cases(channels))
    engine = db.connect(channels.settings.database_url)
    Bookings(engine, channels.settings).acknowledge(case.id, "Kim", datetime.now(timezone.utc))
    engine.dispose()
    until(lambda: all(row.sent for row in rows(channels, booking.notice.select())))
    assert len(rows(channels, booking.notice.select())) == 2 and len(cases(channels)) == 1


def test_a_stop_that_only_twilio_knows_of_is_learnt(channels: Running, providers: Providers) -> None:
    person(channels, "c-1", METTE)
    say(channels, METTE, "hej")
    answers(providers, METTE, 1)
    providers.behave = ["stopped"]
    news(channels, "c-1", NoticeKind.AFBUD_RECEIVED)
    (case,) = until(lambda: cases(channels))
    assert case.facts["reason"] == "stopped"
    news(channels, "c-1", NoticeKind.MOVED, "n-2")
    until(lambda: len(cases(channels)) == 2)
    assert len(heard(providers, METTE)) == 1


# --- whose number it is


def claimant_of(channels: Running, text: str) -> str | None:
    return handed(channels, text)["metadata"]["claimant_id"]


def test_one_claimants_own_number_is_trusted(channels: Running) -> None:
    person(channels, "c-1", METTE)
    say(channels, METTE, "mine aftaler")
    assert claimant_of(channels, "mine aftaler") == "c-1"
    say(channels, NEW, "hvem er jeg")
    assert claimant_of(channels, "hvem er jeg") is None


def test_a_shared_number_gives_nothing_personal(channels: Running) -> None:
    person(channels, "c-1", METTE)
    person(channels, "c-2", METTE)
    say(channels, METTE, "mine aftaler")
    assert claimant_of(channels, "mine aftaler") is None


def test_a_changed_number_gives_nothing_personal_and_the_old_one_no_more(
    channels: Running, providers: Providers
) -> None:
    person(channels, "c-1", METTE)
    say(channels, METTE, "før")
    assert claimant_of(channels, "før") == "c-1"
    answers(providers, METTE, 1)
    moved_to(channels, "c-1", NEW)
    say(channels, METTE, "efter")
    say(channels, NEW, "nyt nummer")
    assert claimant_of(channels, "efter") is None and claimant_of(channels, "nyt nummer") is None
    assert handed(channels, "efter")["conversation"] != handed(channels, "før")["conversation"]
    answers(providers, METTE, 2)
    answers(providers, NEW, 1)
    before = len(providers.sent)
    news(channels, "c-1", NoticeKind.MOVED)
    until(lambda: cases(channels))
    assert len(providers.sent) == before and cases(channels)[0].facts["reason"] == "unlinked"


def test_a_number_that_passes_to_another_person_begins_a_new_conversation(channels: Running) -> None:
    person(channels, "c-1", METTE)
    say(channels, METTE, "mit")
    assert claimant_of(channels, "mit") == "c-1"
    moved_to(channels, "c-1", None)
    person(channels, "c-2", METTE)
    say(channels, METTE, "også mit")
    assert claimant_of(channels, "også mit") == "c-2"
    assert handed(channels, "også mit")["conversation"] != handed(channels, "mit")["conversation"]


def code_for(channels: Running, claimant: str) -> str:
    signed_in = channels.person({"login": login(sub=claimant)})
    answer = requests.post(f"{signed_in.base}/webhooks/web/code", headers=signed_in.headers, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()["code"]


def test_a_code_from_the_signed_in_page_opens_a_changed_or_shared_number(
    channels: Running, providers: Providers
) -> None:
    person(channels, "c-1", METTE)
    moved_to(channels, "c-1", NEW)
    say(channels, NEW, "hej")
    answers(providers, NEW, 1)
    say(channels, NEW, code_for(channels, "c-1").lower().replace("-", " "))
    assert "Tak" in answers(providers, NEW, 2)[1]
    say(channels, NEW, "mine aftaler")
    assert claimant_of(channels, "mine aftaler") == "c-1"
    person(channels, "c-2", NEW)  # now it is shared: the trust ends
    say(channels, NEW, "og nu")
    assert claimant_of(channels, "og nu") is None
    say(channels, NEW, f"Kode: {code_for(channels, 'c-2')}")
    assert "12 timer" in until(lambda: next((t for t in heard(providers, NEW) if "12 timer" in t), None))
    say(channels, NEW, "mig igen")
    assert claimant_of(channels, "mig igen") == "c-2"


def test_a_code_is_good_once_for_ten_minutes_and_only_the_newest(channels: Running, providers: Providers) -> None:
    person(channels, "c-1", None)
    first, second = code_for(channels, "c-1"), code_for(channels, "c-1")
    say(channels, NEW, first)
    assert "passer ikke" in answers(providers, NEW, 1)[0]
    say(channels, NEW, second)
    assert "Tak" in answers(providers, NEW, 2)[1]
    say(channels, JONAS, second)
    assert "passer ikke" in answers(providers, JONAS, 1)[0]
    say(channels, JONAS, "hej")
    assert claimant_of(channels, "hej") is None
    assert all(second not in row.text for row in messages(channels))


def test_guessing_codes_is_stopped(channels: Running, providers: Providers) -> None:
    for _ in range(7):
        say(channels, NEW, "BCD12345")
    assert "for mange" in answers(providers, NEW, 7)[6]


def test_only_a_signed_in_person_gets_a_code(channels: Running) -> None:
    anonymous = channels.person()
    answer = requests.post(f"{channels.base}/webhooks/web/code", headers=anonymous.headers, timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_signed_in")


# --- the way out


@pytest.mark.parametrize("how", [["500", "500"], ["429"], ["lose"], ["lose", "500"]])
def test_an_answer_is_sent_once_however_twilio_behaves(channels: Running, providers: Providers, how: list[str]) -> None:
    say(channels, NEW, "hej")
    answers(providers, NEW, 1)
    providers.behave = list(how)
    say(channels, NEW, "igen")
    until(lambda: [push for push in pushes(channels) if push.text == "Svar på: igen" and push.state == "sent"])
    time.sleep(0.3)
    assert heard(providers, NEW) == ["Svar på: hej", "Svar på: igen"]


def test_while_twilio_is_away_answers_wait_in_order(channels: Running, providers: Providers) -> None:
    providers.behave = ["500"] * 4
    for number in range(3):
        say(channels, NEW, f"nummer {number} nu")
    assert answers(providers, NEW, 3) == [f"Svar på: nummer {number} nu" for number in range(3)]


def test_what_twilio_refuses_for_good_becomes_a_call(channels: Running, providers: Providers) -> None:
    person(channels, "c-1", METTE)
    say(channels, METTE, "hej")
    answers(providers, METTE, 1)
    providers.behave = ["refuse"]
    news(channels, "c-1", NoticeKind.AFBUD_RECEIVED)
    (case,) = until(lambda: cases(channels))
    assert case.facts["reason"] == "undelivered"
    say(channels, METTE, "videre")
    assert answers(providers, METTE, 2)[1] == "Svar på: videre"


def test_receipts_are_recorded_and_late_ones_change_nothing(channels: Running, providers: Providers) -> None:
    say(channels, NEW, "hej")
    answers(providers, NEW, 1)
    until(lambda: all(push.state == "sent" for push in pushes(channels)))
    sent = next(each for each in providers.sent if each["text"] == "Svar på: hej")
    for status, kept in (
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("sending", "delivered"),
        ("delivered", "delivered"),
        ("failed", "delivered"),
        ("made up", "delivered"),
    ):
        assert receipt(channels, sent, status).status_code == 204
        assert next(push.receipt for push in pushes(channels) if push.provider_id == sent["sid"]) == kept
    forged = requests.post(
        sent["callback"].replace(channels.settings.public_url, channels.base),
        data={"MessageSid": sent["sid"], "MessageStatus": "failed"},
        timeout=10,
    )
    assert forged.status_code == 403
    assert cases(channels) == []


def test_an_acknowledgement_that_did_not_arrive_becomes_a_call(channels: Running, providers: Providers) -> None:
    person(channels, "c-1", METTE)
    say(channels, METTE, "hej")
    answers(providers, METTE, 1)
    news(channels, "c-1", NoticeKind.AFBUD_RECEIVED)
    answers(providers, METTE, 2)
    sent = next(each for each in providers.sent if each["text"].startswith("Påmindelse"))
    until(lambda: all(push.state == "sent" for push in pushes(channels)))
    for _ in range(2):
        assert receipt(channels, sent, "undelivered", ErrorCode="30003").status_code == 204
    assert [case.facts["reason"] for case in cases(channels)] == ["undelivered"]


def test_a_receipt_that_overtakes_the_answer_to_a_lost_attempt_settles_it(
    channels: Running, providers: Providers
) -> None:
    say(channels, NEW, "hej")
    answers(providers, NEW, 1)
    providers.behave = ["hang"]
    say(channels, NEW, "hænger")
    answers(providers, NEW, 2)
    assert receipt(channels, providers.sent[-1], "delivered").status_code == 204
    push = next(push for push in pushes(channels) if push.text == "Svar på: hænger")
    assert (push.state, push.receipt, push.provider_id) == ("sent", "delivered", providers.sent[-1]["sid"])


# --- what is said


def test_illness_is_not_sent_back(channels: Running, providers: Providers) -> None:
    say(channels, NEW, "jeg har fået influenza og høj feber")
    (told,) = answers(providers, NEW, 1)
    assert "influenza" not in told and "feber" not in told


def test_a_person_on_two_channels_is_one_claimant_with_two_conversations(
    channels: Running, providers: Providers
) -> None:
    person(channels, "c-1", METTE)
    web = channels.person({"login": login(sub="c-1")})
    web.say("på nettet")
    say(channels, METTE, "på sms")
    one, other = handed(channels, "på nettet"), handed(channels, "på sms")
    assert one["metadata"]["claimant_id"] == other["metadata"]["claimant_id"] == "c-1"
    assert one["conversation"] != other["conversation"]
    answers(providers, METTE, 1)
    news(channels, "c-1", NoticeKind.AFBUD_RECEIVED)
    answers(providers, METTE, 2)  # the channel used last
    assert "Påmindelse" not in str(web.get())
    web.say("nu igen her")
    last = web.get()[-1]["seq"]
    began = time.monotonic()
    news(channels, "c-1", NoticeKind.MOVED, "n-2")
    (told,) = web.get(after=last, wait=3)
    assert "n-2" in told["text"] and time.monotonic() - began < 2
    time.sleep(0.5)
    assert len(heard(providers, METTE)) == 2


def test_what_staff_write_reaches_the_telephone_once(channels: Running, providers: Providers) -> None:
    from datetime import datetime, timezone

    from forloeb import db
    from forloeb.gateway import outbox
    from forloeb.gateway.inbox import Times

    say(channels, NEW, "hej")
    answers(providers, NEW, 1)
    engine, now = db.connect(channels.settings.database_url), datetime.now(timezone.utc)
    with db.writing(engine) as connection:
        where = handed(channels, "hej")["conversation"]
        outbox.say(connection, where, "Hej, det er Kim fra a-kassen.", Times(now, now), author="staff")
    engine.dispose()
    assert answers(providers, NEW, 2)[1] == "Hej, det er Kim fra a-kassen."
    time.sleep(1.5)
    assert len(heard(providers, NEW)) == 2


def test_a_cpr_number_is_masked_before_it_is_stored(channels: Running, providers: Providers) -> None:
    say(channels, NEW, "mit cpr er 010190-1234")
    assert "010190" not in answers(providers, NEW, 1)[0]
    assert all("1234" not in row.text for row in messages(channels))
    assert handed(channels, "mit cpr er [CPR-nummer fjernet]")["metadata"]["redacted"] == ["cpr"]

"""The holder's system is away while people book, move, change form and send afbud; then it is back and all arrives.

The HTTP receiver of tests/booking checks every signature. Nobody is told "modtaget" before a person has it.
"""

from collections import Counter

import pytest
import sqlalchemy as sa

from forloeb import db
from forloeb.booking import tables
from tests.booking.test_booking_sender import KEY, Receiver, serving
from tests.conversations.test_conversations import prepared, until
from tests.conversations.test_handed_over_twice import DAY, HELD, METTE, THURSDAY, WEEK
from tests.stack import Stack, free_port

# who, what they have, what they say, and the kinds that are then registered about them
PEOPLE = {
    "syg": ([THURSDAY], ["jeg er syg og kan ikke komme på torsdag", "den første", "telefon", "mit cv", "ja"], ["afbud", "booking"]),
    "koncert": ([THURSDAY], ["jeg kan ikke komme på torsdag, jeg skal til koncert", "meld afbud alligevel"], ["afbud"]),
    "barn": ([THURSDAY], ["mit barn er sygt, jeg kan ikke komme", "nej", "ja, meld afbud"], ["case", "afbud"]),
    "booker": ([HELD], ["book en samtale på telefon", "den første", "mit cv", "ja"], ["booking"]),
    "flytter": ([THURSDAY], ["flyt mit møde", "den første", "ja"], ["move"]),
    "skifter": ([THURSDAY], ["skift min samtale til telefon", "ja"], ["form"]),
}  # fmt: skip
TAKEN = {"syg", "booker", "flytter"}  # those whose holder's system says who has it


@pytest.fixture(scope="module")
def away(tmp_path_factory):
    """A running installation whose receiver does not answer."""
    receiver = Receiver()
    receiver.port = free_port()
    environment = {"FORLOEB_RECEIVER_URL": receiver.url, "FORLOEB_RECEIVER_KEY": KEY}
    stack = Stack(tmp_path_factory.mktemp("receiver"), DAY, environment).start()
    yield stack, receiver
    stack.stop()


def told(chat):
    return "\n".join(m["text"] for m in chat.history() if m["from"] != "user")


def test_everything_arrives_when_the_receiver_is_back_and_nobody_was_told_early(away):
    stack, receiver = away
    chats, who = {}, {}
    for name, (appointments, says, _) in PEOPLE.items():
        case = {"id": name, "claimant": METTE, "appointments": appointments, "slots": WEEK}
        who[name] = prepared(stack, case)
        chats[name] = stack.chat(who[name])
        for text in says:
            chats[name].say(text)

    def registered():
        def read(engine, _now):
            with db.reading(engine) as connection:
                return connection.execute(sa.select(tables.delivery).order_by(tables.delivery.c.id)).all()

        return stack.using(read)

    wanted = {who[name]: Counter(kinds) for name, (_, _, kinds) in PEOPLE.items()}
    rows = registered()
    found = {claimant: Counter(r.kind for r in rows if r.claimant_id == claimant) for claimant in wanted}
    assert found == wanted, {name: told(chat) for name, chat in chats.items() if found[who[name]] != wanted[who[name]]}
    until(lambda: all(row.attempts for row in registered() if first(row, rows)))
    assert {row.state for row in registered()} == {"registered"}
    for name, chat in chats.items():
        assert "modtaget" not in told(chat).lower(), (name, told(chat))
        assert "ikke bekræftet" in told(chat), (name, told(chat))

    patient = {who[name] for name in TAKEN}
    receiver.answer = lambda body: (
        200, {"receipt": "J-1", "acknowledged_by": "Kim Hansen"} if body["claimant"] in patient else {}
    )  # fmt: skip
    with serving(receiver):
        stack.change(lambda connection, _now: connection.execute(tables.delivery.update().values(next_attempt=None)))
        until(lambda: all(row.delivered_at for row in registered()))
        for name in TAKEN:
            until(lambda name=name: told(chats[name]).count("modtaget af Kim Hansen") == len(PEOPLE[name][2]))
    got = Counter((body["claimant"], body["kind"]) for _, body in receiver.got)
    assert got == Counter((claimant, kind) for claimant, kinds in wanted.items() for kind in kinds), "each once"
    for name in PEOPLE.keys() - TAKEN:
        assert "modtaget" not in told(chats[name]).lower(), (name, "delivered is not acknowledged")
        assert {row.state for row in registered() if row.claimant_id == who[name]} == {"delivered"}


def first(row, rows):
    """Whether nothing earlier about the same meeting stands before it: what is later waits for what is earlier."""
    return not any(other.appointment_id == row.appointment_id and other.id < row.id for other in rows)

"""What the booking service refuses. The edge turns a code into a sentence (claimant, staff) or a status."""

from __future__ import annotations

from forloeb.errors import ForloebError


class BookingError(ForloebError):
    """An act that cannot be done; nothing has been changed."""


class Refused(BookingError):
    """A rule stands in the way.

    Codes: `first_meeting_in_person`, `form_not_offered`, `summoned_not_booked`, `collides`, `already_booked`,
    `slot_past`, `appointment_past`, `not_booked` (cancelled, held or missed already), `wrong_holder`, `wrong_number`,
    `slot_taken_already` (a holder would change the time of a booked slot), `bad_value`, `key_conflict` (the key has
    done another act).
    """


class NotFound(BookingError):
    """No such thing, or not this claimant's: the two look the same on purpose."""

    def __init__(self) -> None:
        super().__init__("not_found", "no such thing for this claimant")


class SlotTaken(BookingError):
    """Somebody else has the slot, or holds it."""

    def __init__(self) -> None:
        super().__init__("slot_taken", "the slot is booked or held by somebody else")


class SlotWithdrawn(BookingError):
    """The holder took the slot back before it was booked."""

    def __init__(self) -> None:
        super().__init__("slot_withdrawn", "the holder has withdrawn the slot")

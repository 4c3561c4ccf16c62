"""The booking service as its callers see it."""

from __future__ import annotations

from forloeb.booking.agreeing import Agreeing
from forloeb.booking.cancelling import Cancelling
from forloeb.booking.changing import Changing
from forloeb.booking.notices import Telling
from forloeb.booking.people import People
from forloeb.booking.proposals import Proposing
from forloeb.booking.reminders import Reminding
from forloeb.booking.staff import Staff
from forloeb.booking.unanswered import Unanswered


class Bookings(People, Proposing, Agreeing, Changing, Cancelling, Staff, Reminding, Telling, Unanswered):
    """Everything the booking service does, over one engine; sync, safe to share between threads.

    Every function on a claimant's thing takes the acting `claimant_id` and answers `not_found` for another's.
    Every act takes a `key`: called again with it, nothing is done and the first result is returned.
    """

"""An appointment as a calendar file: with time zone, a UID that stays and a SEQUENCE that counts the moves."""

from __future__ import annotations

from datetime import datetime, timezone
from urllib.parse import urlsplit

from icalendar import Calendar, Event, vText

from forloeb.booking.model import Appointment, Status
from forloeb.booking.texts import text
from forloeb.settings import ZONE, Settings

# The European Union's rule for Danish time, in words that every calendar reads.
_VTIMEZONE = b"""BEGIN:VTIMEZONE
TZID:Europe/Copenhagen
BEGIN:STANDARD
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
END:DAYLIGHT
END:VTIMEZONE
"""


def calendar_link(appointment: Appointment, settings: Settings) -> str:
    """Where the person gets the file; whoever has the link sees the appointment, so it cannot be guessed."""
    return f"{settings.public_url}/kalender/{appointment.calendar_token}.ics"


def ics(appointment: Appointment, settings: Settings) -> bytes:
    """The calendar file. A cancelled appointment's file takes the entry away.

    What the meeting is about, and notes, stay out: calendars are shared with others.
    """
    gone = appointment.status is Status.CANCELLED
    words = {
        "kind": text(f"calendar.kind.{appointment.kind}"),
        "holder": text(f"calendar.holder.{appointment.holder}"),
    }
    event = Event()
    event.add("uid", f"{appointment.id}@{urlsplit(settings.public_url).hostname or 'forloeb'}")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", appointment.updated.astimezone(timezone.utc))
    event.add("last-modified", appointment.updated.astimezone(timezone.utc))
    event.add("dtstart", _wall(appointment.start))
    event.add("dtend", _wall(appointment.end))
    event.add("summary", text("calendar.cancelled" if gone else "calendar.summary", **words))
    form = text(f"calendar.form.{appointment.form}")
    event.add("location", ", ".join(part for part in (form, appointment.place) if part))
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if gone else "OPAQUE")
    calendar = Calendar()
    calendar.add("prodid", "-//Forløb//forloeb//DA")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar["method"] = vText("CANCEL" if gone else "PUBLISH")
    calendar.add_component(Calendar.from_ical(_VTIMEZONE))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _wall(moment: datetime) -> datetime:
    """Danish time; UTC in the second of the two hours that bear the same name, which a calendar cannot tell apart."""
    local = moment.astimezone(ZONE)
    return moment.astimezone(timezone.utc) if local.fold else local

"""Booking, moving and afbud that cannot go astray: state first, message second."""

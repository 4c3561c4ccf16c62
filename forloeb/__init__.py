"""Forløb: a Danish assistant for the kontaktforløb (see README.md for the map)."""

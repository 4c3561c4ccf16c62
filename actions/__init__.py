"""Rasa glue, one module a topic: tracker -> core or service -> response key and values -> events. No sentences here."""

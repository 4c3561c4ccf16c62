"""The law as dated data with sources (`documents.yml`, `facts/<topic>.yml`) and its only reader."""

from forloeb.law.reader import Document, documents, law

__all__ = ["Document", "documents", "law"]

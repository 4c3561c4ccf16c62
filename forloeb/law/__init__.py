"""The law as dated data with sources (`documents.yml`, `facts/<topic>.yml`) and its only reader."""

from forloeb.law.reader import Document, documents, law
from forloeb.law.versions import version

__all__ = ["Document", "documents", "law", "version"]

"""Published instruments: immutable versions, each scan pinned to the one it was taken with."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from peewee import CharField, TextField

from core.config import data_folder
from core.dates import now
from core.db import BaseModel, MomentField, transaction
from core.instrument_document import Instrument, from_json, read_document, to_json


class InstrumentVersion(BaseModel):
    """One published version of an instrument; `document` is its JSON and never changes."""

    key = CharField(max_length=60)
    version = CharField(max_length=20)
    title = CharField(max_length=160)
    document = TextField()
    published_at = MomentField()

    class Meta:
        indexes = ((("key", "version"), True),)


class PublishedAlready(Exception):
    """The same key and version stand published with another text."""


def publish(document: Instrument) -> InstrumentVersion:
    """Publish a document as a version, once. Raises PublishedAlready if its text differs from what stands."""
    text = to_json(document)
    with transaction():
        version = InstrumentVersion.get_or_none(key=document.key, version=document.version)
        if version is None:
            return InstrumentVersion.create(
                key=document.key,
                version=document.version,
                title=document.title,
                document=text,
                published_at=now(),
            )
    if version.document != text:
        raise PublishedAlready(
            f"Versie {document.version} van “{document.title}” is al gepubliceerd met een andere tekst. "
            "Geef de gewijzigde tekst een nieuw versienummer."
        )
    return version


def publish_folder(folder: Path | None = None) -> list[InstrumentVersion]:
    """Publish every instrument file in `folder` (by default the shipped ones). Raises InstrumentError."""
    paths = sorted((folder or data_folder("content") / "instruments").glob("*.yaml"))
    return [publish(read_document(path)) for path in paths]


def offered_version() -> InstrumentVersion:
    """The version that a new scan is taken with: the one published last."""
    return (
        InstrumentVersion.select()
        .order_by(InstrumentVersion.published_at.desc(), InstrumentVersion.id.desc())
        .get()
    )


@lru_cache(maxsize=32)
def document_of(version_id: int) -> Instrument:
    """The document of a published version; kept in memory, since it cannot change."""
    return from_json(InstrumentVersion.get_by_id(version_id).document)

"""Reserves a folder for an export, and determines whether it is already complete."""

import json
from typing import Any

from synthesis.core.errors import ConfigError, OutputError
from synthesis.core.stores.base import Store
from synthesis.core.version import __version__
from synthesis.dataset.storage.layout import SIDECAR, hash_of, read_object
from synthesis.dataset.storage.manifest import read_manifest
from synthesis.views.keeping import Keeping
from synthesis.views.settings import Export
from synthesis.views.summary import ExportSummary

EXPORT = f"{SIDECAR}/export.json"
"""The settings of the export. Written first."""
SUMMARY = f"{SIDECAR}/summary.json"
"""The summary of the export. Written last."""


def claim(target: Store, settings: Export, made_of: str) -> ExportSummary | None:
    """Reserve a folder for the export. Return the summary if the export is already complete.

    Raises:
        ConfigError: if it holds another export.
        OutputError: if it holds something else.
    """
    own: dict[str, Any] = {"version": __version__, **settings.lasting, **_file_of(settings)}
    if target.has(EXPORT):
        found = read_object(target, EXPORT)
        different = [name for name in own | found if own.get(name) != found.get(name)]
        if different and not target.has(SUMMARY) and not Keeping(target).has_any:
            target.write(EXPORT, _json(own))  # the other export has no results
            return None
        if different:
            name = different[0]
            raise ConfigError(
                f"{target.where} holds another export: {name} was {found.get(name)!r}, now {own.get(name)!r}. Choose "
                f"an empty folder, or the same settings"
            )
        return _finished(target, made_of)
    if target.names() or target.folders():
        raise OutputError(f"{target.where} holds files that are not an export of irsmith; choose an empty folder")
    target.write(EXPORT, _json(own))
    return None


def disclaim(target: Store) -> None:
    """Remove all files of an export that failed before it was complete."""
    if not target.has(SUMMARY):
        Keeping(target).clear()
        target.remove(EXPORT)
        target.prune(SIDECAR)
        target.prune("")


def _file_of(settings: Export) -> dict[str, str]:
    """Return the digest of the templates file as a setting, so that changed templates count as another export."""
    try:
        return {} if settings.templates is None else {"templates": hash_of(settings.templates.read_bytes())}
    except OSError as error:
        raise ConfigError(f"templates: cannot read {settings.templates}: {error.strerror}") from error


def _finished(target: Store, made_of: str) -> ExportSummary | None:
    """Return the summary of a complete export of the same rows; None if the export must still be made."""
    if not made_of or not target.has(SUMMARY):
        return None
    try:
        found = read_object(target, SUMMARY)
        if found.pop("of") != made_of:
            return None
        summary = ExportSummary.from_json({**found, "out": target.where})
        return summary if all(target.has(each.name) for each in summary.files) else None
    except (ConfigError, KeyError, TypeError):
        return None


def made_of_rows(*sources: Store) -> str:
    """Return the digest of the rows of folders, from their manifests; empty if a folder has none."""
    manifests = [read_manifest(each) for each in sources]
    lines = [line for each in manifests if each is not None for line in each.to_lines()]
    return "" if None in manifests else hash_of("".join(lines).encode())


def reopen(target: Store) -> None:
    """Mark an export as incomplete before its files change."""
    target.remove(SUMMARY)


def keep_summary(target: Store, made_of: str, summary: ExportSummary) -> None:
    """Mark an export as complete, with the digest of its rows."""
    target.write(SUMMARY, _json({"of": made_of, **summary.to_json(), "out": ""}))


def _json(entry: dict[str, Any]) -> bytes:
    return (json.dumps(entry, indent=2) + "\n").encode()

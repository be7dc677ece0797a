"""Lowers the rows of a finished folder again with the installed tools, verifies them, and writes a new data set."""

from dataclasses import fields
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, UnknownNameError
from synthesis.core.run_settings import Relowering, RelowerRun, Running
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.confined import count_rows
from synthesis.dataset.tally import RunSummary
from synthesis.frontends.registry import frontend_names, levels_of, toolchain_here
from synthesis.making.runs.chunked_run import ChunkedRun
from synthesis.making.sources.relowered import rows_digest


def relower(folder: str | Path, out: str | Path, **settings: Any) -> RunSummary:
    """Lower the rows of a folder again; see :func:`relower_to_folder`.

    Args:
        folder: the output folder of ``irsmith generate``, ``extract`` or ``relower``, or its URL.
        out: the folder or URL to write to.
        settings: fields of :class:`synthesis.Relowering` and :class:`synthesis.Running` by name.
    """
    how = {each.name: settings.pop(each.name) for each in fields(Running) if each.name in settings}
    running = Running.of(**{"progress": "none", **how})
    return relower_to_folder(folder, out, Relowering.of(**settings), running)


def relower_to_folder(
    folder: str | Path,
    out: str | Path | Store,
    settings: Relowering = Relowering(),  # noqa: B008 (it is frozen)
    running: Running = Running(progress="none"),  # noqa: B008 (likewise)
) -> RunSummary:
    """Lower each row's source with the installed tools, verify the texts, and write them as a data set.

    A row keeps its id, its kernel and its origin. Its texts, its verified levels, its toolchain and irsmith's version
    are replaced. A row for which no text can be made or verified becomes a line of the ledger. Calling it again resumes
    a run that was stopped, if the folder's rows are unchanged.

    Args:
        folder: the output folder of ``irsmith generate``, ``extract`` or ``relower``, or its URL. Its rows may be
            untrusted: their sources and texts run in the sandbox.
        out: the folder to write to, or a URL that fsspec supports.
        settings: the settings of the lowering.
        running: the engine, and the format of the data set.

    Returns:
        A summary of the outcomes.

    Raises:
        ConfigError: if ``out`` is the folder itself, or holds another run or something else.
        OutputError: if ``out`` cannot be written.
        TargetError: if there is no such folder, it holds no pairs, or a file in it cannot be read.
        UnknownNameError: for a level that no front end has.
        MissingFrontendError: if the package of a row's front end is not installed.
        MachineError: if rows cannot be lowered on this machine, or it lacks a required protection.
    """
    _check_levels(settings)
    source, target = store_of(folder), store_of(out)
    if _canonical_location(source) == _canonical_location(target):
        raise ConfigError(f"relower needs another folder than {target.where}, which is the one to lower again")
    run = RelowerRun(
        **{each.name: getattr(settings, each.name) for each in fields(Relowering)},
        folder=str(folder),
        sources=rows_digest(source),
        count=count_rows(source, settings.confinement),
    )
    return ChunkedRun(run, toolchain_here()).run(running, target)


def _check_levels(settings: Relowering) -> None:
    """Raise an error for a level that no front end has, before any row is read.

    Raises:
        UnknownNameError: with its name.
    """
    known = [level.name for name in frontend_names() for level in levels_of(name)]
    for name in settings.level or ():
        if name not in known:
            raise UnknownNameError("level", name, known)


def _canonical_location(store: Store) -> str:
    """Return the resolved path or the URL of a folder, to detect that two names denote the same folder."""
    return store.where.rstrip("/") if "://" in store.where else str(Path(store.where).resolve())

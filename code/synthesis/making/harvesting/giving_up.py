"""Records the unfinished files of a stopped run, so that its ledger is complete and the run can be merged.

It is run in the environment of a package: ``python -m synthesis.making.harvesting.giving_up FOLDER REASON``.
"""

import io
import sys
from collections.abc import Sequence

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import Rejection
from synthesis.core.run_settings import AnyRun, ExtractionRun
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.dataset.runs import RunFolder
from synthesis.dataset.storage.chunks import Chunk, ChunkRecord, read_chunk
from synthesis.dataset.storage.layout import hash_of
from synthesis.dataset.storage.tables import write_rows
from synthesis.making.recording.storage import KERNELS, entries_of, read_kernel
from synthesis.making.sources.targets import places_of


def give_up(store: Store, why: str) -> int:
    """Write the missing chunks of a run of extracted kernels, with one rejection for each file. Return their number.

    Args:
        store: the folder of the run.
        why: the reason, for the ledger.

    Raises:
        ConfigError: if the folder holds no run.
        TargetError: if the run's target does not exist.
    """
    run = RunFolder(store)
    missing = [chunk for chunk in run.chunks if read_chunk(store, chunk) is None]
    names = _names_of(run.settings) if missing else []
    for chunk in missing:
        _write(store, chunk, [_rejection(each, why) for each in names[chunk.start : chunk.stop]])
    return sum(chunk.stop - chunk.start for chunk in missing)


def _names_of(settings: AnyRun) -> list[tuple[str, str, str]]:
    """Return the origin, the front end and the kernel's name of each file or recorded kernel of a run."""
    assert isinstance(settings, ExtractionRun)
    if not settings.recorded:
        return [(each.label, "", "") for each in places_of(settings.target)]
    store = store_of(settings.target)
    return [_recorded(store, entry) for entry in entries_of(store)]


def _recorded(store: Store, entry: str) -> tuple[str, str, str]:
    if not entry.startswith(KERNELS):
        return entry, "", ""
    spec = read_kernel(store, entry.partition("/")[2]).spec
    return entry, spec.frontend, spec.name


def _rejection(name: tuple[str, str, str], why: str) -> Rejection:
    origin, frontend, kernel = name
    return Rejection(
        stage=Stage.LOAD, symptom=Symptom.TIMEOUT, detail=why, origin=origin, frontend=frontend, kernel_name=kernel
    )


def _write(store: Store, chunk: Chunk, rejections: Sequence[Rejection]) -> None:
    part = io.BytesIO()
    write_rows(part, [], ())
    store.write(chunk.part, part.getvalue())
    record = ChunkRecord(hash_of(part.getvalue()), (), tuple(rejections))
    store.write(chunk.record, record.to_json().encode())


def main(words: Sequence[str]) -> None:
    """Write the missing chunks of the run that the arguments name, and print the number of unfinished files."""
    folder, why = words
    sys.stdout.write(f"{give_up(store_of(folder), why)}\n")


if __name__ == "__main__":
    main(sys.argv[1:])

"""Assigns each row of all runs to a split or leaves it out, in one pass.

Rows are ordered by seed and index. Of several rows that differ only in names, the first is kept. The pass uses about
500 bytes of memory for each row.
"""

import hashlib
import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from synthesis.core.errors import Stage, Symptom
from synthesis.core.identity.hashing import hash_text, short_hash
from synthesis.core.languages import renamed_ir_hash
from synthesis.core.records import Rejection
from synthesis.core.run_settings import Run
from synthesis.dataset.contamination import Reference
from synthesis.dataset.neighbours import Neighbours
from synthesis.dataset.runs import Entry, RunFolder
from synthesis.dataset.splits import ACROSS, SPLITS, SplitRule
from synthesis.dataset.storage.chunks import Chunk
from synthesis.dataset.storage.naming import TRAIN
from synthesis.dataset.storage.rows import Row
from synthesis.dataset.tally import Statistics, repeat_of
from synthesis.frontends.registry import levels_of

LEFT_OUT = 0


@dataclass(frozen=True, slots=True)
class FilePlan:
    """A planned file of rows."""

    rows: int
    of: str
    """The digest of the positions of the file's rows. Files with the same rows have the same digest."""


@dataclass(slots=True)
class Shelf:
    """Collects the rows of one front end in one split into planned files."""

    rows_of_a_file: int
    files: list[FilePlan] = field(default_factory=list[FilePlan])
    rows: int = 0
    _places: list[str] = field(default_factory=list[str])

    def add(self, entry: Entry) -> None:
        """Add a row."""
        self.rows += 1
        self._places.append(f"{entry.part} {entry.place}")
        if len(self._places) == self.rows_of_a_file:
            self.close()

    def close(self) -> None:
        """Finish the current file."""
        if self._places:
            digest = hashlib.blake2b("\n".join(self._places).encode(), digest_size=16).hexdigest()
            self.files.append(FilePlan(len(self._places), digest))
            self._places.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """The rules that decide which rows are kept, and in which split."""

    rule: SplitRule | None
    """The rule of splits; None if there are none."""
    neighbours: Neighbours
    drops_near: bool
    references: Sequence[Reference]
    drops_overlap: bool


@dataclass(slots=True)
class Census:
    """Maps each row of a data set to its split, or to none if it is left out, with counts.

    Rejections are counted later, when the ledger is written.
    """

    runs: Sequence[RunFolder]
    rows_of_a_file: int
    totals: Statistics = field(default_factory=Statistics)
    fates: bytearray = field(default_factory=bytearray)
    """For each row, in order: 0 if it is left out, else the number of its split, from 1."""
    shelves: dict[tuple[str, str], Shelf] = field(default_factory=dict[tuple[str, str], Shelf])
    """The kept rows by front end and split."""
    levels: dict[str, dict[str, None]] = field(default_factory=dict[str, dict[str, None]])
    """Maps each front end to the levels of its rows, in order of appearance."""
    left_out: dict[tuple[str, Chunk], dict[int, Rejection | None]] = field(
        default_factory=dict[tuple[str, Chunk], dict[int, Rejection | None]]
    )
    """Maps a run and a chunk to the rows that are left out: the position of each to its rejection.

    The rejection is None for a repeat of a user's kernel that is kept in another row.
    """
    held_out: Counter[str] = field(default_factory=Counter[str])
    """Number of rows held out by each hold-out."""
    overlaps: Counter[str] = field(default_factory=Counter[str])
    """Number of rows that overlap with each external data set."""
    near: Counter[str] = field(default_factory=Counter[str])
    """Number of kept rows that nearly repeat an earlier kept row, by split.

    Rows whose earlier row is in another split are also counted under ``across splits``.
    """
    last: int = 0
    """The largest number in a row's file name."""

    def split_of(self, number: int) -> str | None:
        """Return the split of a row, given its position among all rows; None if it is left out."""
        fate = self.fates[number]
        return None if fate == LEFT_OUT else SPLITS[fate - 1]

    def shelf(self, frontend: str, split: str) -> Shelf:
        """Return the rows of a front end in a split."""
        return self.shelves.setdefault((frontend, split), Shelf(self.rows_of_a_file))

    @property
    def numbers_are_indices(self) -> bool:
        """Whether files of rows are numbered by index. With several runs they are numbered by position."""
        return len(self.runs) == 1 and self.runs[0].seed is not None


def take_census(
    runs: Sequence[RunFolder],
    entries: Iterable[Entry],
    sieve: Sieve,
    rows_of_a_file: int,
    on_row: Callable[[], None],
) -> Census:
    """Decide for each row which split it is in, or why it is left out.

    Args:
        runs: the runs of the rows.
        entries: the rows, with the texts that are compared with external data.
        sieve: the rules.
        rows_of_a_file: the maximum number of rows in a file.
        on_row: called for each row.
    """
    census = Census(runs, rows_of_a_file)
    for run in runs:
        if isinstance(run.settings, Run):
            census.shelf(run.settings.frontend, TRAIN)
            census.levels.setdefault(run.settings.frontend, {}).update(dict.fromkeys(run.settings.level or ()))
    judge = _Judge(census, sieve)
    for entry in entries:
        judge.settle(entry)
        on_row()
    for shelf in census.shelves.values():
        shelf.close()
    return census


class _Where:
    """The locations of the rows added so far, by number, in 28 bytes a row."""

    def __init__(self, runs: Sequence[RunFolder]) -> None:
        self._runs = runs
        self._numbers = {run.name: number for number, run in enumerate(runs)}
        self._chunks = [{chunk: number for number, chunk in enumerate(run.chunks)} for run in runs]
        self._of_run, self._chunk, self._place = array("I"), array("I"), array("I")
        self._seed, self._index = array("q"), array("q")

    def add(self, entry: Entry) -> None:
        """Add a row."""
        run = self._numbers[entry.run.name]
        self._of_run.append(run)
        self._chunk.append(self._chunks[run][entry.chunk])
        self._place.append(entry.place)
        self._seed.append(entry.seed)
        self._index.append(entry.record.index or 0)

    def describe(self, number: int, beside: Entry) -> str:
        """Return the index of a row as text, with its seed if that differs from the seed of ``beside``."""
        other = "" if self._seed[number] == beside.seed else f" of seed {self._seed[number]}"
        return f"index {self._index[number]}{other}"

    def read(self, number: int) -> Row:
        """Read a row, given its number."""
        run = self._runs[self._of_run[number]]
        return run.row(run.chunks[self._chunk[number]], self._place[number])


class _Judge:
    """Decides for one row after another whether it is kept."""

    def __init__(self, census: Census, sieve: Sieve) -> None:
        self._census = census
        self._sieve = sieve
        self._where = _Where(census.runs)
        self._programs: dict[int, int] = {}
        """Maps a hash to the number of the first row with it.

        The hash is that of a drawn kernel's source after renaming, or of the identity of a user's kernel.
        """
        self._texts: dict[int, int] = {}
        """Maps the hash of the structure of a row's first text to the number of the first kept row with it."""
        self._renamed: dict[int, set[str]] = {}
        """Maps the hash of a structure that occurred repeatedly to the hashes of its rows' renamed texts."""
        self._recorded: set[int] = set()
        """Hashes of the sources of recorded kernels after renaming."""
        self._sources: dict[int, int] = {}
        """Maps the hash of a source's structure to the number of the split of the kept rows with it."""

    def settle(self, entry: Entry) -> None:
        """Decide on a row and record the decision."""
        census, number = self._census, len(self._census.fates)
        self._where.add(entry)
        self._note_levels(entry)
        split = self._sieve.rule.split_of(entry.row.metadata) if self._sieve.rule is not None else TRAIN
        left_out, why = self._look(number, entry, split)
        if left_out:
            census.fates.append(LEFT_OUT)
            census.left_out.setdefault((entry.run.name, entry.chunk), {})[entry.place] = why
            return
        frontend: str = entry.row.metadata["frontend"]
        census.fates.append(SPLITS.index(split) + 1)
        census.shelf(frontend, split).add(entry)
        census.totals.count_row(entry.record.category, entry.record.missing_levels, entry.record.texts)
        census.totals.frontends.add(frontend)
        last = entry.record.index if census.numbers_are_indices else census.totals.rows - 1
        census.last = max(census.last, last or 0)
        self._note(number, entry, split)

    def _note_levels(self, entry: Entry) -> None:
        if entry.record.kernel is not None:
            frontend: str = entry.row.metadata["frontend"]
            self._census.shelf(frontend, TRAIN)
            known = self._census.levels.setdefault(frontend, {})
            known.update(dict.fromkeys(entry.record.kernel.levels))

    def _look(self, number: int, entry: Entry, split: str) -> tuple[bool, Rejection | None]:
        """Return whether a row is left out, and its rejection.

        The rejection is None if the row is kept, or if it repeats a user's kernel that is kept in another row.
        """
        kernel = None if entry.record.is_drawn else entry.record.kernel
        key = short_hash(entry.record.renamed_hash if kernel is None else kernel.identity)
        first = self._programs.setdefault(key, number)
        if first != number:
            if kernel is not None:
                return True, None
            return True, _rejected(entry, repeat_of(self._where.describe(first, entry)))
        if kernel is not None and self._is_known_better(entry):
            return True, _rejected(entry, repeat_of("one that was recorded"))
        for look in (self._find_repeat_of_texts, self._find_neighbour, self._find_overlap):
            if found := look(number, entry):
                return True, _rejected(entry, found)
        if found := self._find_other_split(entry, split):
            return True, _rejected(entry, found)
        return False, None

    def _is_known_better(self, entry: Entry) -> bool:
        """Return whether an extracted kernel was also recorded.

        The recorded kernel is kept instead, because its inputs are not inferred.
        """
        key = short_hash(entry.record.renamed_hash)
        if entry.run.recorded:
            self._recorded.add(key)
            return False
        return key in self._recorded

    def _find_repeat_of_texts(self, number: int, entry: Entry) -> Rejection | None:
        """Return a rejection if all texts of a drawn row equal those of an earlier row after renaming."""
        key = short_hash(entry.row.metadata["ir_structure_hash"])
        first = self._texts.get(key)
        if first is None or not entry.record.is_drawn:
            return None
        known = self._renamed.setdefault(key, set())
        if not known:
            known.add(_texts_of(self._where.read(first)))
        mine = _texts_of(self._where.read(number))
        if mine not in known:
            known.add(mine)
            return None
        return Rejection(
            stage=Stage.DEDUPLICATE,
            symptom=Symptom.RENAMED_IR_REPEAT,
            detail="after renaming, all texts equal those of an earlier row; the first row with this structure is "
            + self._where.describe(first, entry),
        )

    def _find_neighbour(self, number: int, entry: Entry) -> Rejection | None:
        near = self._sieve.neighbours.of.get(number)
        if near is None or not self._sieve.drops_near:
            return None
        return Rejection(
            stage=Stage.DEDUPLICATE,
            symptom=Symptom.NEAR_REPEAT,
            detail=f"nearly the same as {self._where.describe(near, entry)}",
        )

    def _find_overlap(self, number: int, entry: Entry) -> Rejection | None:
        del number
        for reference in self._sieve.references:
            found = reference.find(entry.row)
            if found is None:
                continue
            self._census.overlaps[reference.path] += 1
            if self._sieve.drops_overlap:
                detail = f"{found} is in {reference.path}"
                return Rejection(stage=Stage.DEDUPLICATE, symptom=Symptom.CONTAMINATED, detail=detail)
        return None

    def _find_other_split(self, entry: Entry, split: str) -> Rejection | None:
        """Return a rejection if the structure of a row's source or first text is already in another split."""
        if self._sieve.rule is None:
            return None
        metadata = entry.row.metadata
        first = self._texts.get(short_hash(metadata["ir_structure_hash"]))
        homes = {
            "source": self._sources.get(short_hash(metadata["structure_hash"])),
            "first text": None if first is None else self._census.fates[first] - 1,
        }
        for what, home in homes.items():
            if home is not None and SPLITS[home] != split:
                return Rejection(
                    stage=Stage.SPLIT,
                    symptom=Symptom.OTHER_SPLIT,
                    detail=f"it belongs to {split}, but a {what} with the same structure is in {SPLITS[home]}",
                )
        return None

    def _note(self, number: int, entry: Entry, split: str) -> None:
        """Remember a kept row."""
        census, metadata = self._census, entry.row.metadata
        if metadata["ir_structure_hash"]:
            self._texts.setdefault(short_hash(metadata["ir_structure_hash"]), number)
        self._sources.setdefault(short_hash(metadata["structure_hash"]), SPLITS.index(split))
        rule = self._sieve.rule
        census.held_out.update(each.text for each in (rule.held_out if rule else ()) if each.takes(metadata))
        near = self._sieve.neighbours.of.get(number)
        if near is not None and census.fates[near] != LEFT_OUT:
            census.near[split] += 1
            if census.split_of(near) != split:
                census.near[ACROSS] += 1


def _texts_of(row: Row) -> str:
    """Return the hash of all texts of a row after renaming."""
    languages = {level.name: level.language for level in levels_of(row.metadata["frontend"])}
    hashes = [
        f"{name} {renamed_ir_hash(text, languages[name]) if name in languages else hash_text(text)}"
        for name, text in row.texts.items()
        if text is not None
    ]
    return hash_text(*sorted(hashes))


def _rejected(entry: Entry, why: Rejection) -> Rejection:
    """Return a rejection with the fields that identify its row."""
    metadata = entry.row.metadata
    return replace(
        why,
        frontend=metadata["frontend"],
        kernel_name=metadata["kernel_name"],
        index=metadata["index"],
        category=metadata["category"],
        recipe=metadata["recipe"],
        target=metadata["target"],
        ops=tuple(json.loads(metadata["ops"])),
    )

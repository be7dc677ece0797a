"""Records of rejected kernels, with the tool's message: they teach which kernels fail.

The ledger has the messages but not the sources. A drawn kernel is drawn again from the settings of its run, by the same
version of irsmith. A user's kernel would have to be found in the user's files, so it is only counted.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.identity.hashing import short_hash
from synthesis.core.records import KernelSpec, Pair, Rejection
from synthesis.core.run_settings import Run, run_of
from synthesis.core.stores.base import Store, join
from synthesis.core.version import __version__
from synthesis.dataset.splits import SplitRule
from synthesis.dataset.storage.documents import BrokenFile, Document
from synthesis.dataset.storage.layout import LEAKS, RUNS, SETTINGS, TOOLCHAIN, read_object
from synthesis.dataset.storage.naming import TRAIN
from synthesis.dataset.storage.reading import scan_ledger, scan_records
from synthesis.dataset.storage.rows import document_of, row_of, unpacked_metadata
from synthesis.making.sources.drawn import DrawnKernels
from synthesis.views.columns import Record, provenance_of
from synthesis.views.facts import facts_of
from synthesis.views.refusals import ERROR, STAGES
from synthesis.views.selection import Seen, Selection
from synthesis.views.sft import PromptWording, answer
from synthesis.views.templates import REJECT
from synthesis.views.words import PYTHON, Words

_OF_THE_USERS = "rejected kernels of the user"
_NOT_DRAWN = "rejected kernels that cannot be drawn again here"
_NOT_COMPARED = "rejected kernels that were not compared with external data"
_OTHER_SPLIT = "rejected kernels whose structure is in another split"


@dataclass(slots=True)
class Splits:
    """Assigns rejected kernels to splits, never to another split than that of rows with the same structure."""

    _rule: SplitRule | None
    """The rule of splits; None if there are none."""
    can_export_rejected: bool
    """Whether rejected kernels can be exported.

    They cannot if rows that overlap with external data were left out, because rejected kernels were not compared with
    that data.
    """
    _homes: dict[int, str] = field(default_factory=dict[int, str])

    @classmethod
    def of(cls, store: Store) -> "Splits":
        """Return the splits of a data set, from its report."""
        report = read_object(store, LEAKS) if store.has(LEAKS) else {}
        rule = report.get("rule")
        return cls(SplitRule.from_json(rule) if rule else None, not report.get("overlap_left_out"))

    def note(self, document: Document) -> None:
        """Remember the split of a row."""
        self._homes.setdefault(short_hash(document.metadata["structure_hash"]), document.split)

    def split_of(self, pair: Pair) -> str | None:
        """Return the split of a rejected kernel by the rule; None if rows with its structure are in another split."""
        metadata: dict[str, Any] = row_of(pair).metadata  # pyright: ignore[reportAssignmentType]
        split = TRAIN if self._rule is None else self._rule.split_of(metadata)
        return split if self._homes.get(short_hash(metadata["structure_hash"]), split) == split else None


def records_of_kernels(
    store: Store, splits: Splits, wording: PromptWording, selection: Selection
) -> Iterator[tuple[Document, list[Record]]]:
    """Yield the rejected kernels of a folder that can be drawn again, each with one record.

    Args:
        store: the folder.
        splits: the splits of its rows, all of which have been noted.
        wording: how prompts are written.
        selection: counts the rejected kernels that have no record, by reason.

    Raises:
        ConfigError: if the file of templates is invalid.
    """
    seen = Seen()
    try:
        for pair, why in _redrawn(store, selection):
            split = splits.split_of(pair) if splits.can_export_rejected else None
            if split is None:
                selection.left_out[_OTHER_SPLIT if splits.can_export_rejected else _NOT_COMPARED] += 1
                continue
            document = _document(pair, split)
            record = _record(wording, document, why)
            if seen.earlier(facts_of(document, pair.spec.signature, (), domains=True) + document.source, ""):
                selection.left_out["asked before"] += 1
                continue
            yield document, [record]
    finally:
        seen.close()


def _redrawn(store: Store, selection: Selection) -> Iterator[tuple[Pair, Rejection]]:
    for run, rejections in _runs_of(store):
        drawn = _source_of(run)
        for each in rejections:
            if isinstance(each, BrokenFile) or each.stage not in STAGES or each.level is not None:
                continue
            if each.index is None:
                selection.left_out[_OF_THE_USERS] += 1
                continue
            pair = None if drawn is None else _draw(run, drawn, each)
            if pair is None:
                selection.left_out[_NOT_DRAWN] += 1
            else:
                yield pair, each


def _runs_of(store: Store) -> Iterator[tuple[Store, Iterable[Rejection | BrokenFile]]]:
    """Yield the runs of a folder, each with its ledger lines.

    If no runs were merged into it, the folder itself is yielded, with all lines of its ledger.
    """
    merged = [store.inside(join(RUNS, name)) for name in store.folders(RUNS)]
    for each in merged:
        yield each, scan_records(each)
    if store.has(SETTINGS) or not merged:
        yield store, scan_records(store) if merged else scan_ledger(store)


def _source_of(run: Store) -> DrawnKernels | None:
    """Return the source that draws the kernels of a run; None if it draws none, or is of another version of irsmith."""
    try:
        settings = run_of(read_object(run, SETTINGS)) if run.has(SETTINGS) else None
        if not isinstance(settings, Run) or read_object(run, TOOLCHAIN).get("irsmith") != __version__:
            return None
        return DrawnKernels(settings, settings)
    except ConfigError:
        return None


def _draw(run: Store, drawn: DrawnKernels, why: Rejection) -> Pair | None:
    """Return the kernel of a ledger line, without texts; None if a different kernel is drawn now."""
    assert why.index is not None
    spec = drawn.generator.spec(why.index)
    if (spec.name, spec.recipe, spec.target, spec.ops) != (why.kernel_name, why.recipe, why.target, why.ops):
        return None
    return _without_texts(spec, drawn, read_object(run, TOOLCHAIN))


def _without_texts(spec: KernelSpec, drawn: DrawnKernels, tools: dict[str, Any]) -> Pair:
    toolchain = {name: str(version) for name, version in tools.items() if name != "irsmith"}
    texts = {level.name: None for level in drawn.levels}
    return Pair(spec=spec, texts=texts, line_map={}, device=drawn.device, toolchain=toolchain)


def _document(pair: Pair, split: str) -> Document:
    row = row_of(pair)
    stem = f"{pair.spec.index or 0:06d}_{pair.spec.name}"
    return Document(
        row.source, row.texts, unpacked_metadata(row.metadata), stem, document_of(row, row.texts), split=split
    )


def _record(wording: PromptWording, document: Document, why: Rejection) -> Record:
    words = Words(document)
    prompt = wording.prompt(
        document,
        REJECT,
        str(why.symptom),
        source=words.form(PYTHON),
        target="",
        facts=facts_of(document, document.spec.signature, (), domains=True),
        code=words.fenced(PYTHON),
    )
    return {
        "prompt": prompt,
        "completion": answer(f"{why.symptom} at {why.stage}: {why.detail}"),
        "level": "",
        "error": ERROR,
        "change": "",
        "symptom": str(why.symptom),
        "said": why.detail,
        "wrong_text": "",
        "right_text": "",
        **provenance_of(document),
    }

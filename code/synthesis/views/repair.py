"""Texts with one planted error, the message of verification, and the right text; and the reasons of missing texts.

``synthesis.verification.mutating`` plants the errors. Each wrong text is verified as in ``irsmith verify``: the row's
source runs in the sandbox and gives the inputs and the expected results, and the text runs on these inputs. An error
that verification does not find gives no record, and is counted.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from synthesis.core.identity.hashing import digest
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.frontends.base import Program
from synthesis.making.sources.planned import Planned, PlannedRows, by_frontend
from synthesis.verification.judge import Judgement, rejection_of
from synthesis.verification.mutating.choosing import mutants
from synthesis.verification.mutating.records import Kind, Mutant
from synthesis.verification.plan import Plan, Problem
from synthesis.verification.verifier import Verifier
from synthesis.views.columns import Record, provenance_of
from synthesis.views.facts import facts_of
from synthesis.views.keeping import Batch, Keeping
from synthesis.views.refusals import Refusals
from synthesis.views.selection import Selection
from synthesis.views.settings import Export
from synthesis.views.sft import PromptWording, answer
from synthesis.views.templates import REPAIR
from synthesis.views.turned_down import Splits, records_of_kernels
from synthesis.views.words import PYTHON, Words

LONGEST = 16_000
"""Maximum number of characters of a text. For a longer one, the tools take seconds for each wrong version."""
_BATCH_SIZE = 40
"""Number of wrong texts that are run together.

For a function of realistic size, the runs of one take some megabytes.
"""


def repair_records(
    settings: Export, source: Store, selection: Selection, keeping: Keeping
) -> Iterator[tuple[Document, list[Record]]]:
    """Yield the records of rows: several for each verified text of a row that can be run, one for each missing text.

    They are followed by the rejected kernels, if no level is selected.

    Raises:
        ConfigError: if the file of templates is invalid.
        MissingFrontendError: if the package of a row's front end is not installed.
        MachineError: if texts cannot be run on this machine.
    """
    wording, refusals, splits = PromptWording.of(settings), Refusals.of(source), Splits.of(source)
    with PlannedRows(settings, seed=settings.seed) as planned:
        work = _Work(settings, wording, planned)
        for document, records in keeping.through(read_folder(source), work, selection.left_out):
            splits.note(document)
            yield document, [*records, *refusals.records(wording, document, settings.level)]
    if settings.level is None:
        yield from records_of_kernels(source, splits, wording, selection)


@dataclass(frozen=True, slots=True)
class _Work:
    """Makes the records of some rows."""

    settings: Export
    wording: PromptWording
    planned: PlannedRows

    def __call__(self, documents: Sequence[Document]) -> Batch:
        plans = self.planned.plans(documents)
        selection = Selection(self.settings.unverified)
        records: list[list[Record]] = [[] for _ in documents]
        if lacking := sum(isinstance(each, str) for each in plans):
            selection.left_out["rows that cannot be run here"] = lacking
        seen: Counter[Kind] = Counter()
        for frontend, rows in by_frontend(documents, plans).items():
            planted = [each for row in rows for each in _plant(self.settings, row, seen, selection)]
            for each, problem in _judge(self.planned.verifier(frontend), rows, planted, selection):
                records[each.row.place].append(_record(self.wording, each, problem))
        return Batch(records, selection.left_out)


@dataclass(frozen=True, slots=True)
class _Planted:
    """A wrong text of a row."""

    row: Planned
    program: Program
    """The right text, as it is run."""
    mutant: Mutant


def _plant(settings: Export, row: Planned, seen: Counter[Kind], selection: Selection) -> Iterator[_Planted]:
    document = row.document
    for program in row.plan.programs:
        name = program.level.name
        if not program.is_run or (settings.level is not None and name not in settings.level):
            continue
        if not selection.allows(document, (name,)):
            continue
        if len(program.text) > LONGEST:
            selection.left_out["texts that are too long to plant errors in"] += 1
            continue
        generator = random.Random(digest("errors", settings.seed, document.metadata["id"], name))  # noqa: S311
        for mutant in mutants(program.text, program.level, generator, settings.errors, seen):
            seen[mutant.kind] += 1
            yield _Planted(row, program, mutant)


def _judge(
    verifier: Verifier, rows: Sequence[Planned], planted: Sequence[_Planted], selection: Selection
) -> Iterator[tuple[_Planted, Problem]]:
    """Yield the wrong texts that verification finds, with the problem.

    Those whose right text does not pass are left out.
    """
    right = verifier.judge([row.plan for row in rows])
    passed = {row.place: each.verdict.verified for row, each in zip(rows, right, strict=True)}
    kept = [each for each in planted if each.program.level.name in passed[each.row.place]]
    if len(kept) < len(planted):
        selection.left_out["errors in texts that do not pass here"] += len(planted) - len(kept)
    for start in range(0, len(kept), _BATCH_SIZE):
        some = kept[start : start + _BATCH_SIZE]
        for each, judgement in zip(some, verifier.judge([_plan_with(each) for each in some]), strict=True):
            problem = _problem_of(judgement, each.program.level.name)
            if problem is None:
                selection.left_out["errors that verification does not find"] += 1
            else:
                yield each, problem


def _plan_with(planted: _Planted) -> Plan:
    """Return a plan of only a wrong text and the forward text that is run before it."""
    plan, program = planted.row.plan, planted.program
    wrong = replace(program, text=planted.mutant.text, follows=None)
    if program.follows is None:
        return replace(plan, programs=(wrong,), levels=(program.level,))
    before = plan.programs[program.follows]
    return replace(plan, programs=(before, replace(wrong, follows=0)), levels=(before.level, program.level))


def _problem_of(judgement: Judgement, level: str) -> Problem | None:
    return judgement.problem or judgement.failed.get(level)


def _record(wording: PromptWording, planted: _Planted, problem: Problem) -> Record:
    document, level = planted.row.document, planted.program.level.name
    words, said = Words(document), rejection_of(planted.row.plan, problem, level).detail
    signature = document.spec.signature
    prompt = wording.prompt(
        document,
        REPAIR,
        f"{level}:{planted.mutant.done}",
        source=words.form(PYTHON),
        target=words.form(level),
        facts=facts_of(document, signature.twin or signature, (level,)),
        code=f"{words.fenced(PYTHON)}\n\n{words.fenced(level, planted.mutant.text)}",
        symptom=str(problem.symptom),
        said=said,
    )
    return {
        "prompt": prompt,
        "completion": answer(planted.program.text),
        "level": level,
        "error": str(planted.mutant.kind),
        "change": planted.mutant.done,
        "symptom": str(problem.symptom),
        "said": said,
        "wrong_text": planted.mutant.text,
        "right_text": planted.program.text,
        **provenance_of(document),
    }

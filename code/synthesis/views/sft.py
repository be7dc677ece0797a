"""Rows as questions and answers: one text is given, another text of the same row is requested.

The answer is the stored text, byte for byte. The question contains everything that determines it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from synthesis.dataset.storage.documents import Document
from synthesis.views.columns import Record, provenance_of
from synthesis.views.directions import Direction, chosen_directions
from synthesis.views.facts import facts_of, has_rules_of_its_own
from synthesis.views.selection import Seen, Selection
from synthesis.views.settings import Export
from synthesis.views.templates import Templates, read_templates
from synthesis.views.words import PYTHON, Words

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class PromptWording:
    """The wording of prompts: their templates and the system message."""

    templates: Templates
    system: str | None

    @classmethod
    def of(cls, settings: Export) -> "PromptWording":
        """Return the wording that the settings of an export choose.

        Raises:
            ConfigError: if the file of templates is invalid.
        """
        return cls(read_templates(settings.templates), settings.system)

    def prompt(self, document: Document, task: str, direction: str, **places: str) -> list[Message]:
        """Return the messages of a prompt, in the wording chosen for the row and the direction."""
        template = self.templates.choose(document.metadata["id"], task, direction)
        values = {"name": document.name, "tool": Words(document).tool, "examples": "", "symptom": "", "said": ""}
        content = template.filled({**values, **places})
        system = [] if self.system is None else [{"role": "system", "content": self.system}]
        return [*system, {"role": "user", "content": content}]


def answer(text: str) -> list[Message]:
    """Return the single message of a completion."""
    return [{"role": "assistant", "content": text}]


def sft_records(
    settings: Export, rows: Iterable[tuple[Document, str]], selection: Selection
) -> Iterator[tuple[Document, list[Record]]]:
    """Yield the records of rows. Each row is given with its example inputs and outputs in words.

    Raises:
        ConfigError: if the file of templates is invalid.
    """
    wording, seen = PromptWording.of(settings), Seen()
    try:
        for document, examples in rows:
            yield document, list(_of_row(settings, document, examples, wording, seen, selection))
    finally:
        seen.close()


def _of_row(
    settings: Export, document: Document, examples: str, wording: PromptWording, seen: Seen, selection: Selection
) -> Iterator[Record]:
    words, own, signature = Words(document), provenance_of(document), document.spec.signature
    for direction in chosen_directions(document.frontend, settings.direction):
        if not selection.allows(document, direction.levels):
            continue
        facts, given = facts_of(document, signature, direction.about), sources_of(document, direction, selection)
        code = "\n\n".join(words.fenced(name) for name in given)
        text = words.text(direction.target)
        earlier = seen.earlier("\x1f".join((direction.name, facts, code)), text)
        if earlier is not False:
            selection.left_out["asked before" if earlier else "asked before, with another answer"] += 1
            continue
        prompt = wording.prompt(
            document,
            direction.task,
            direction.name,
            source=" and ".join(words.form(name) for name in given),
            target=words.form(direction.target),
            facts=facts_of(document, signature, direction.about, domains=True) if examples else facts,
            code=code,
            examples=examples,
        )
        level = direction.target if direction.target != PYTHON else direction.sources[0]
        yield {"prompt": prompt, "completion": answer(text), "direction": direction.name, "level": level, **own}


def sources_of(document: Document, direction: Direction, selection: Selection) -> tuple[str, ...]:
    """Return the texts to show: the given ones, and those without which the answer is not determined.

    The latter are the Python, for a derivative whose rules only the Python defines, and the texts that names come from.
    """
    if direction.task == "derive" and has_rules_of_its_own(document.source):
        return (*direction.sources, PYTHON)
    if direction.beside:
        names = [direction.beside] if selection.has(document, direction.beside) else []
        return (*direction.sources, *names, PYTHON)
    return direction.sources

"""The description of a front end and its tool for the rest of irsmith, which is available without the tool."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from synthesis.core.signatures import Signature
from synthesis.frontends.protocol.compilers import Direction

Task = Literal["lower", "port", "derive"]
"""The kind of a question between two levels: to a lower one, to another device, or to a derivative."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A question in exports: given a text of one level, write that of another. The prompt determines the answer.

    Args:
        source: the level that is given; several are joined by ``+``.
        target: the level of the answer.
        task: the kind of the question, which selects its wording. Questions of the kind ``port`` (to another device)
            are exported only if their direction is requested by name.
    """

    source: str
    target: str
    task: Task = "lower"


def _no_facts(*_: object) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A front end's description for prompts, cards and documents, and the members that its kernels' sources may use."""

    tool: str
    """The tool's name in sentences."""
    unit: str = "function"
    """The tool's word for what a row holds, such as ``kernel``."""
    modules: tuple[str, ...] = ()
    """The top-level modules of the tool, which any source may import.

    A process that has imported the first one is assumed to use the tool.
    """
    members: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """The members of each module of the tool that a source may use without being trusted."""
    conventions: str = ""
    """Differences between its texts and those that the tool prints, for prompts."""
    passages: tuple[Passage, ...] = ()
    """The questions between its levels."""
    beside: Mapping[str, str] = field(default_factory=dict[str, str])
    """For the level of an answer, a level that is shown in addition because it has names that the answer needs."""
    derivatives: Mapping[Direction, str] = field(default_factory=dict[Direction, str])
    """The inputs and outputs of a text of each direction, for prompts; ``{cotangents}`` stands for their names."""
    call_facts: Callable[[str, Signature, Mapping[str, Any]], Iterable[str]] = _no_facts
    """Returns the lines of a prompt that say how a kernel is called or launched.

    Its arguments are the kernel's name, signature and compiler options. It may raise an error for an invalid signature.
    """
    tags: tuple[str, ...] = ()
    """Its tags on the card of a data set."""
    makers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Compilers that turn functions of other libraries into kernels: name to ``module:attribute`` of a ``Maker``."""
    text_seconds: float = 4.0
    """Seconds of processor time that an answer at one of its levels may run in a scorer."""

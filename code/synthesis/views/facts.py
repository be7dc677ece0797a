"""States all facts that determine a text of a row besides the given text. Every prompt contains them.

Shapes, types, roles, the launch, options, versions and how a function is called come from the signature. Differences
between irsmith's texts and the tools' own are stated once for each front end.
"""

import json
import re
from collections.abc import Iterator

from synthesis.core.errors import TargetError
from synthesis.core.signatures import Argument, Signature, in_brackets
from synthesis.dataset.storage.documents import Document
from synthesis.frontends.base import Direction
from synthesis.frontends.registry import description_of
from synthesis.views.directions import PYTHON
from synthesis.views.words import Words

_OWN_RULES = re.compile(
    r"\b(?:func_grad|func_replay|adj_snippet|replay_snippet|custom_vjp|custom_jvp|custom_gradient|defvjp|defjvps?)\b"
)
_SOURCE_CONVENTION = "complete with imports, helpers, structs and constants; it runs as it stands"


def has_rules_of_its_own(source: str) -> bool:
    """Return whether a source itself defines a derivative, which no forward text shows."""
    return _OWN_RULES.search(source) is not None


def facts_of(document: Document, signature: Signature, levels: tuple[str, ...], *, domains: bool = False) -> str:
    """Return the facts of a row, one a line.

    Args:
        document: the row.
        signature: the row's own signature, or its twin's.
        levels: the requested levels or ``python``, on which some facts depend.
        domains: whether to state the domains of inputs, on which no text depends.

    Raises:
        TargetError: if the signature, which may be untrusted, is invalid.
    """
    try:
        return "\n".join(_facts(document, signature, levels, domains))
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
        raise TargetError(f"{document.stem}: the metadata of a pair lacks or misspells {error}") from error


def _facts(document: Document, signature: Signature, levels: tuple[str, ...], domains: bool) -> Iterator[str]:
    words = Words(document)
    yield f"{words.unit.capitalize()}: `{document.name}`, {words.tool} ({words.versions})"
    yield "Arguments:" if signature.arguments else "Arguments: none"
    yield from (line for each in signature.arguments for line in _argument(each, domains))
    if signature.results:
        yield "Results:"
        yield from (line for each in signature.results for line in _argument(each, False))
    options = dict(document.metadata["options"])
    yield from description_of(document.frontend).call_facts(document.name, signature, options)
    yield from _derivatives(document, signature, levels)
    yield f"Made for: {document.device}"
    if options:
        yield f"Options: {', '.join(f'{name}={json.dumps(value)}' for name, value in options.items())}"
    yield from _conventions(document, levels)


def _argument(argument: Argument, domains: bool, indent: str = "") -> Iterator[str]:
    """Yield the line of an argument or a result, then those of a struct's fields or an object's parts."""
    shape = "a plain value" if argument.shape is None else f"shape {in_brackets(argument.shape)}"
    parts = [argument.dtype]
    if argument.element:
        parts.append(f"elements of {in_brackets(argument.element)}")
    if argument.handle:
        parts.append(f"the id of an object of the kind {argument.handle}")
    parts += [shape, str(argument.role)]
    if domains and argument.domain is not None:
        added = " around numbers that every input has" if argument.base else ""
        parts.append(f"values in [{argument.domain.low:g}, {argument.domain.high:g}]{added}")
    if argument.same:
        parts.append(f"the values of {argument.same}")
    yield f"{indent}- {argument.name}: {argument.type_name}; {', '.join(parts)}"
    for each in argument.fields:
        yield from _argument(each, domains, f"{indent}  ")


def _derivatives(document: Document, signature: Signature, levels: tuple[str, ...]) -> Iterator[str]:
    """Yield what derivatives are taken with respect to, if a derivative text is requested."""
    found = [document.level(name) for name in levels]
    directions = {each.direction for each in found if each is not None}
    if not directions - {Direction.FORWARD}:
        return
    moving = ", ".join(signature.differentiable)
    yield f"Derivatives: with respect to {moving or 'nothing'}"
    derivatives = description_of(document.frontend).derivatives
    cotangents = ", ".join(signature.cotangents)
    yield from (words.format(cotangents=cotangents) for each, words in derivatives.items() if each in directions)


def _conventions(document: Document, levels: tuple[str, ...]) -> Iterator[str]:
    if PYTHON in levels:
        yield f"Source: {_SOURCE_CONVENTION}"
    conventions = description_of(document.frontend).conventions
    if conventions and any(name != PYTHON for name in levels):
        yield f"Texts: {conventions}"

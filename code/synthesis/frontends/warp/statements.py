"""Which C++ and CUDA texts are the same statements: one execution is enough for both.

Warp makes both from one adjoint. They differ in how the kernel's arguments arrive, in the loop around a CUDA kernel's
body, and in a few words. A text is taken apart only if all of that is, to the letter, what Warp writes for the other
parts of the same text; a text that was changed anywhere there is itself, and is executed by itself.
"""

import re
from dataclasses import dataclass

from synthesis.frontends.base import Direction, Level
from synthesis.languages import CPP

_FIELD = re.compile(r"    (.+) (\w+);\n")
_SETUP = re.compile(r"    (.+) (var|adj)_(\w+) = (_wp_args|_wp_adj_args)->(\w+);\n")
_PARAMETER = re.compile(r",\n    (.+) (var|adj)_(\w+)")
_CPP = re.compile(
    r"""
    struct\ wp_args_(?P<name>\w+)\ \{\n(?P<fields>(?:\ {4}.+;\n)*)\};\n
    template\ <bool\ wp_linear_contiguous>\n
    static\ void\ (?P=name)_cpu_kernel_(?P<direction>\w+)\(\n
    \ {4}wp::launch_bounds_t<(?P<rank>\d)>\ dim,\n
    \ {4}size_t\ task_index,\n
    \ {4}wp_args_(?P=name)\ \*_wp_args(?P<adjoint>,\n\ {4}wp_args_(?P=name)\ \*_wp_adj_args)?\)\n
    \{\n
    \ {4}static\ constexpr\ bool\ wp_linear_tid\ =\ wp_linear_contiguous;\n
    (?P<setup>(?:\ {4}.+\ (?:var|adj)_\w+\ =\ _wp(?:_adj)?_args->\w+;\n)*)
    """,
    re.VERBOSE,
)
_CUDA = re.compile(
    r"""
    extern\ "C"\ __global__\ void\ (?P<name>\w+)_cuda_kernel_(?P<direction>\w+)\(\n
    \ {4}wp::launch_bounds_t<(?P<rank>\d)>\ dim(?P<parameters>(?:,\n\ {4}.+\ (?:var|adj)_\w+)*)\)\n
    \{\n
    \ {4}wp::tile_shared_storage_t\ tile_mem;\n
    \ {4}for\ \(size_t\ _idx\ =\ static_cast<size_t>\(blockDim\.x\)\ \*\ static_cast<size_t>\(blockIdx\.x\)
    \ \+\ static_cast<size_t>\(threadIdx\.x\);\n
    \ {9}_idx\ <\ dim\.size;\n
    \ {9}_idx\ \+=\ static_cast<size_t>\(blockDim\.x\)\ \*\ static_cast<size_t>\(gridDim\.x\)\)\n
    \ {4}\{\n
    \ {8}wp::tile_shared_storage_t::init\(\);\n
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Statements:
    """What a text computes, but for the ways in which Warp writes C++ and CUDA."""

    name: str
    direction: str
    rank: str
    parameters: tuple[tuple[str, str, str], ...]
    """Type, ``var`` or ``adj``, and name."""
    helpers: str
    body: str


def statements_of(level: Level, text: str) -> Statements | None:
    """A text's statements; None if it is not, around them, what Warp writes."""
    made = _of_cpp(text) if level.language == CPP else _of_cuda(text)
    return made if made is not None and made.direction == str(level.direction) else None


def _cut(text: str, start: str, head: re.Pattern[str], end: str) -> tuple[str, re.Match[str], str] | None:
    """A text's helpers, the match of the kernel's head, and the kernel's body."""
    at = text.find(start)
    match = head.match(text, at) if at >= 0 and text.count(start) == 1 else None
    if match is None or not text.endswith(end):
        return None
    return text[:at], match, text[match.end() : len(text) - len(end)]


def _of_cpp(text: str) -> Statements | None:
    parts = _cut(text, "struct wp_args_", _CPP, "}\n")
    if parts is None:
        return None
    helpers, match, body = parts
    # A return leaves this thread's function; in CUDA it goes on with the loop's next element.
    if (match["direction"] == Direction.BACKWARD) != bool(match["adjoint"]) or re.search(r"\bcontinue;", body):
        return None
    setup = _SETUP.findall(match["setup"])
    for _, kind, name, source, field in setup:
        if name != field or (kind == "adj") != (source == "_wp_adj_args"):
            return None
    parameters = tuple((kind, role, name) for kind, role, name, _, _ in setup)
    if [(kind, name) for kind, role, name in parameters if role == "var"] != _FIELD.findall(match["fields"]):
        return None
    return Statements(match["name"], match["direction"], match["rank"], parameters, _flat(helpers), _flat(body))


def _of_cuda(text: str) -> Statements | None:
    parts = _cut(text, 'extern "C" __global__ void ', _CUDA, "    }\n}\n")
    if parts is None or re.search(r"\breturn;", parts[2]):
        return None
    helpers, match, body = parts
    parameters = tuple(_PARAMETER.findall(match["parameters"]))
    body = re.sub(r"\bcontinue;", "return;", body)
    return Statements(match["name"], match["direction"], match["rank"], parameters, _flat(helpers), _flat(body))


def _flat(text: str) -> str:
    """The lines without indentation, without those that are empty, and without a word that means nothing to a host."""
    text = re.sub(r"^static CUDA_CALLABLE ", "static ", text, flags=re.MULTILINE)
    return "\n".join(stripped for line in text.splitlines() if (stripped := line.strip()))

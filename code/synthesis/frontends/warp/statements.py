"""A comparison of C++ and CUDA texts by their statements; of equal texts, only one needs to be executed.

Warp generates both from one adjoint. They differ in how the kernel's arguments are passed, in the loop around a CUDA
kernel's body, and in a few words. These parts are the frame of the text. A text is split into statements only if its
frame is exactly the one that Warp writes for the rest of the text. Otherwise it is executed separately.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from synthesis.core.languages import CPP
from synthesis.frontends.base import Direction, Level
from synthesis.frontends.warp.texts import tokens

_FIELD = re.compile(r"    (.+) (\w+);\n")
_SETUP = re.compile(r"    (.+) (var|adj)_(\w+) = (_wp_args|_wp_adj_args)->(\w+);\n")
_PARAMETER = re.compile(r",\n    (.+) (var|adj)_(\w+)")
_CPP = re.compile(
    r"""
    struct\ wp_args_(?P<name>\w+)\ \{\n(?P<fields>(?:\ {4}.+;\n)*)\};\n
    (?P<specialized>template\ <bool\ wp_linear_contiguous>\n)?
    (?:static\ )?void\ (?P=name)_cpu_kernel_(?P<direction>\w+)\(\n
    \ {4}wp::launch_bounds_t<(?P<rank>\d)>\ dim,\n
    \ {4}size_t\ task_index,\n
    \ {4}wp_args_(?P=name)\ \*_wp_args(?P<adjoint>,\n\ {4}wp_args_(?P=name)\ \*_wp_adj_args)?\)\n
    \{\n
    (?(specialized)\ {4}static\ constexpr\ bool\ wp_linear_tid\ =\ wp_linear_contiguous;\n)
    (?P<setup>(?:\ {4}.+\ (?:var|adj)_\w+\ =\ _wp(?:_adj)?_args->\w+;\n)*)
    """,
    re.VERBOSE,
)
_THREAD = (
    r"static_cast<size_t>\(blockDim\.x\) * static_cast<size_t>\(blockIdx\.x\) + static_cast<size_t>\(threadIdx\.x\)"
)
_STRIDE = r"static_cast<size_t>\(blockDim\.x\) * static_cast<size_t>\(gridDim\.x\)"
_FLAT_THREAD = (
    r"static_cast<size_t>\(blockIdx\.z * gridDim\.y + blockIdx\.y\) * static_cast<size_t>\(gridDim\.x * blockDim\.x\)"
    r" + static_cast<size_t>\(blockIdx\.x * blockDim\.x + threadIdx\.x\)"
)


def _literally(pattern: str) -> str:
    """Return a pattern whose spaces and operators match literally, also with ``re.VERBOSE``."""
    return pattern.replace(" ", r"\ ").replace("*", r"\*").replace("+", r"\+")


_CUDA = re.compile(
    rf"""
    extern\ "C"\ (?:__launch_bounds__\(\d+(?:,\ \d+)?\)\ )?(?:WP_CLUSTER_DIMS\(\d+,\ 1,\ 1\)\ )?
    __global__\ void\ (?:WP_MAXNREG\(\d+\)\ )?(?P<name>\w+)_cuda_kernel_(?P<direction>\w+)\(\n
    \ {{4}}wp::launch_bounds_t<(?P<rank>\d)>\ dim(?P<parameters>(?:,\n\ {{4}}.+\ (?:var|adj)_\w+)*)\)\n
    \{{\n
    (?:\ {{4}}WP_ENABLE_SMEM_SPILLING\(\);\n)?
    \ {{4}}wp::tile_shared_storage_t\ tile_mem;\n
    (?:
      (?P<loop>\ {{4}})for\ \(size_t\ _idx\ =\ {_literally(_THREAD)};\n
      \ {{9}}_idx\ <\ dim\.size;\n
      \ {{9}}_idx\ \+=\ {_literally(_STRIDE)}\)\n
      \ {{4}}\{{\n
      \ {{8}}wp::tile_shared_storage_t::init\(\);\n
    |
      \ {{4}}const\ size_t\ _idx\ =\ {_literally(_FLAT_THREAD)};\n
      \ {{4}}if\ \(_idx\ >=\ dim\.size\)\ return;\n
      \ {{4}}wp::tile_shared_storage_t::init\(\);\n
    )
    """,
    re.VERBOSE,
)
_OF_THE_FRAME = re.compile(r"\b(?:_idx|dim|tile_shared_storage_t)\b")
_KERNEL = re.compile(r'^extern "C" ', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Framed:
    """A CUDA text whose frame is exactly the one that Warp writes around a kernel of this name."""

    helpers: str
    """The text before the kernel."""
    head: re.Match[str]
    body: str
    strides: bool
    """Whether a grid-stride loop makes a thread continue with further elements; otherwise each element has a thread."""


def framed(text: str) -> Framed | None:
    """Return the parts of a CUDA text; None if its frame is not exactly Warp's."""
    starts = list(_KERNEL.finditer(text))
    match = _CUDA.match(text, starts[0].start()) if len(starts) == 1 else None
    if match is None:
        return None
    strides = match["loop"] is not None
    end = "    }\n}\n" if strides else "}\n"
    body = text[match.end() :]
    if not body.endswith(end) or not _closes(body.removesuffix(end)):
        return None
    # A return would skip the elements that the thread has yet to visit, and the loop variables belong to the frame.
    if re.search(
        r"\b(?:return|_idx|dim|tile_shared_storage_t)\b" if strides else r"\b(?:_idx|dim|tile_shared_storage_t)\b", body
    ):
        return None
    return Framed(text[: match.start()], match, body.removesuffix(end), strides)


def _closes(body: str) -> bool:
    """Return whether the braces of a body are balanced, so that the frame's braces are outside it."""
    if any(mark in body for mark in "\"'/"):  # braces in strings and comments do not count
        body = "".join(part for kind, part in tokens(body) if kind == "other")
    depth = 0
    for brace in re.findall(r"[{}]", body):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


@dataclass(frozen=True, slots=True)
class Statements:
    """The computation of a text, independent of whether Warp wrote it as C++ or CUDA."""

    name: str
    direction: str
    rank: str
    parameters: tuple[tuple[str, str, str], ...]
    """Type, ``var`` or ``adj``, and name of each parameter."""
    helpers: str
    body: str


def statements_of(level: Level, text: str) -> Statements | None:
    """Return a text's statements; None if the parts around them are not exactly those that Warp writes."""
    made = _of_cpp(text) if level.language == CPP else _of_cuda(text)
    return made if made is not None and made.direction == str(level.direction) else None


def _cut(text: str, start: str, head: re.Pattern[str], end: str) -> tuple[str, re.Match[str], str] | None:
    """Return a text's helpers, the match of the kernel's head, and the kernel's body."""
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
    # A return leaves the function of this thread. CUDA's equivalent continues with the loop's next element.
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
    parts = framed(text)
    if parts is None:
        return None
    match = parts.head
    parameters = tuple(_PARAMETER.findall(match["parameters"]))
    values = [name for kind, role, name in parameters if role == "var" and "array_t<" not in kind]
    if parts.strides and _changes_one(parts.body, values):
        return None
    body = re.sub(r"\bcontinue;", "return;", parts.body) if parts.strides else parts.body
    return Statements(match["name"], match["direction"], match["rank"], parameters, _flat(parts.helpers), _flat(body))


def _changes_one(body: str, names: Sequence[str]) -> bool:
    """Return whether a CUDA kernel may change one of these parameters, which are no arrays, judging by its body.

    In C++ each element has parameters of its own. In CUDA, a thread keeps the changed ones for its next element.
    """
    if not names:
        return False
    found = rf"var_(?:{'|'.join(map(re.escape, names))})\b"
    changed = rf"\bwp::\w*(?:assign|inplace|store)\w*\({found}|\b{found}(?:\.\w+|\[[^\]]*\])*\s*=(?!=)"
    through_pointers = re.search(rf"&\(*{found}", body) and re.search(r"\bwp::(?:store|assign|\w+_inplace)\(", body)
    return bool(through_pointers) or re.search(changed, body) is not None


def _flat(text: str) -> str:
    """Return the text without indentation, empty lines, and CUDA's qualifier that has no effect on a host."""
    text = re.sub(r"^static CUDA_CALLABLE ", "static ", text, flags=re.MULTILINE)
    return "\n".join(stripped for line in text.splitlines() if (stripped := line.strip()))

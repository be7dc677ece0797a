"""A search for everything in a C++ or CUDA text that Warp itself does not print, by an allowlist of tokens.

Warp prints structs, helper functions and a kernel, whose statements call functions of Warp's headers on numbered
variables. Anything else, such as a preprocessor line, another namespace, a function of the C library, a global variable
or assembly, comes from a native snippet or was added later. Such a text may be correct, but could do anything to the
process that runs it. So it is run in isolation.
"""

import functools
import re
from collections.abc import Iterator, Sequence

from synthesis.core.languages import CPP, CUDA
from synthesis.frontends.base import Level
from synthesis.frontends.warp.introspection import is_builtin_name
from synthesis.frontends.warp.statements import framed
from synthesis.frontends.warp.texts import tokens

_WHOLE = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
_WORDS = frozenset(
    [
        "CUDA_CALLABLE",
        "bool",
        "break",
        "case",
        "const",
        "constexpr",
        "continue",
        "default",
        "else",
        "false",
        "for",
        "goto",
        "if",
        "nullptr",
        "return",
        "size_t",
        "static",
        "static_cast",
        "struct",
        "switch",
        "this",
        "true",
        "void",
        "while",
        "wp",
        "inline",
        "double",
        "float",
        "int",
        *_WHOLE,
        "unsigned",
        "char",
        "short",
        "long",
        "task_index",
        "dim",
        "tile_mem",
        "_idx",
        "size",
        "_wp_args",
        "_wp_adj_args",
        "wp_linear_tid",
        "wp_linear_contiguous",
        "wp_contiguous_args",
        "wp_contiguous_adj_args",
        "_wp_task_range",
        "_wp_linear_thread_id",
        "INFINITY",
        "extern",
        "__global__",
        "blockDim",
        "blockIdx",
        "threadIdx",
        "gridDim",
    ]
)
"""Words that Warp writes by itself, and keywords of C++."""
_BEFORE_PARENTHESIS = frozenset(
    [
        "if",
        "for",
        "while",
        "switch",
        "return",
        "bool",
        "builtin_tid1d",
        "builtin_tid2d",
        "builtin_tid3d",
        "builtin_tid4d",
        "builtin_block_dim",
        "constexpr",
        "iter_cmp",
        "printf",
        "assert",
        "__launch_bounds__",
        "WP_CLUSTER_DIMS",
        "WP_MAXNREG",
        "WP_ENABLE_SMEM_SPILLING",
    ]
)
"""Words that may precede a parenthesis, apart from the text's own functions."""
_HEADERS = frozenset(
    [
        "address",
        "load",
        "store",
        "array_store",
        "copy",
        "assign",
        "assign_copy",
        "add_inplace",
        "sub_inplace",
        "assign_inplace",
        "extract",
        "extract_inplace",
        "array_t",
        "indexedarray_t",
        "fabricarray_t",
        "indexedfabricarray_t",
        "vec_t",
        "mat_t",
        "quat_t",
        "transform_t",
        "launch_bounds_t",
        "float16",
        "float32",
        "float64",
        "bfloat16",
        *_WHOLE,
        "float",
        "int",
        "bool",
        "half",
        "tile_shared_storage_t",
        "tile_shared_t",
        "tile_register_t",
        "tile_shape_t",
        "tile_stride_t",
        "tile_coord_t",
        "tile_coord",
        "tile_layout_strided_t",
        "tile_layout_register_t",
        "tile_stack_t",
        "range_t",
        "slice_t",
        "tuple_t",
        "shape_t",
        "str",
        "bvh_query_t",
        "bvh_query_ray_next",
        "mesh_query_aabb_t",
        "mesh_query_ray_t",
        "Mesh",
        "mesh_query_point_t",
        "hash_grid_query_t",
        "hash_grid_query_f",
    ]
)
"""Names of Warp's headers that its code generator prints, but that are not built-ins in Python."""
_FAMILIES = re.compile(r"(?:tile|iter|approx|array|slice|tuple|volume|texture|fixedarray)_\w+|\w+_t")
"""Matches functions of Warp's headers whose names the code generator composes."""
_NUMBERED = re.compile(
    r"(?:var|adj|ret)_\w+|label\d+|(?:start|end)_(?:for|while|if)_\d+|(?:for|while|iter)_\w+|_\w*\d+"
)
_PUNCTUATION = frozenset(":;,=()<>{}*-.&+!|[]")
_OPENS = frozenset("=(;{},")
_FORMAT_THAT_WRITES = re.compile(r"%[^%a-zA-Z]*(?:hh|h|ll|l|j|z|t|L)?n")
_STORAGE_MEMBERS = frozenset(["data", "grad"])
"""Members of Warp's own types that hold their storage. A text may not access them.

On a GPU, the storage of a tile in registers has fewer elements per thread than on the host.
"""
_STRUCTURE = frozenset(["{", "}", ";", "static"])
_BEGINS_A_HEAD = frozenset(["struct", "static", "template", "extern", "inline", "CUDA_CALLABLE"])
_ENDS_A_NAME = frozenset([";", ",", ")", "{"])
_CHECKED_WORDS = frozenset(["template", "operator", "goto", "extern"])
"""C++ words that are allowed only in some places."""
_NOTHING = ("", "", "")
BLANK = frozenset(["space", "newline"])
"""Kinds of tokens without meaning."""
BROKEN = ("braces that do not match", "an end in the middle of a struct or a function")
"""Problems that no complete text has."""
FRAME = "a frame around the kernel that is not Warp's"
_TYPE_STRINGS = frozenset(('"C"', '"register"', '"shared"'))


def foreign(level: Level, text: str) -> str | None:
    """Return a description of the first construct in a text that Warp does not print; None if there is none.

    Return None also for languages other than C++ and CUDA.

    Args:
        level: the text's level.
        text: C++ or CUDA.
    """
    if level.language not in (CPP, CUDA):
        return None
    return next(foreign_constructs(level, text), None)


def foreign_constructs(level: Level, text: str) -> Iterator[str]:
    """Yield a description of each construct in a C++ or CUDA text that Warp does not print."""
    return foreign_constructs_of(level, text, tokens(text))


def foreign_constructs_of(level: Level, text: str, parts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield the descriptions that ``foreign_constructs`` yields, for a text that is already split into tokens."""
    return _foreign_constructs([part for part in parts if part[0] not in BLANK], text, level)


def own_names(parts: Sequence[tuple[str, str]]) -> set[str]:
    """Return the names of a text's own functions, structs, fields and arguments, given its tokens."""
    found = [part for part in parts if part[0] not in BLANK]
    return _declared(_words_of(found), {n for n, (kind, _) in enumerate(found) if kind == "string"})[0]


@functools.lru_cache(maxsize=4096)
def is_printed_by_warp(word: str) -> bool:
    """Return whether Warp writes a word: alone, or as the name of a called function."""
    return (
        word in _WORDS
        or word in _BEFORE_PARENTHESIS
        or word.startswith("tile_")
        or _NUMBERED.fullmatch(word) is not None
    )


def _words_of(found: Sequence[tuple[str, str]]) -> list[str]:
    """Return the texts of tokens, followed by empty texts, so that indices just outside the tokens can be used.

    A negative index counts from the end, so this also holds before the first token.
    """
    return [*(token for _, token in found), *_NOTHING]


def _foreign_constructs(found: Sequence[tuple[str, str]], text: str, level: Level) -> Iterator[str]:
    """Yield a description of each foreign construct in a text, the simplest first."""
    unusual = {part for part in set(found) if part[0] in ("comment", "raw")
           or (part[0] == "other" and part[1] not in _PUNCTUATION)}  # fmt: skip
    if unusual:
        yield from (_of_unusual(*part) for part in found if part in unusual)
    if level.language == CUDA and framed(text) is None:
        yield FRAME
    words = _words_of(found)
    strings = {number for number, (kind, _) in enumerate(found) if kind == "string"}
    names, problems = _declared(words, strings)
    yield from problems
    for number, (kind, word) in enumerate(found):
        if kind == "word":
            if not _is_usual(words, number, names):
                yield from _of_word(words, number, names)
        elif kind == "string":
            yield from _of_string(words, number)
        elif word == "*" and words[number - 1] in _OPENS and words[number + 1] not in ("_wp_args", "_wp_adj_args"):
            yield f"a pointer that is followed: *{words[number + 1]}"
        elif word == "[" and words[number - 2] not in (".", ">"):
            yield "an index of something other than a member"


def _of_unusual(kind: str, token: str) -> str:
    return f"the character {token!r}" if kind == "other" else f"a {kind} token: {token[:40]}"


def _declared(words: Sequence[str], strings: set[int]) -> tuple[set[str], list[str]]:
    """Return a text's own functions, structs, fields and arguments, and foreign constructs outside functions."""
    names: set[str] = set()
    problems: list[str] = []
    depth, start, inside = 0, 0, ""
    for number, word in enumerate(words[: -len(_NOTHING)]):
        if word not in _STRUCTURE:
            if inside and words[number + 1] in _ENDS_A_NAME and number not in strings and re.match(r"[A-Za-z_]", word):
                names.add(word)
        elif word == "{":
            if depth == 0:
                inside = _opened(words[start:number], names, problems)
            depth += 1
        elif word == "}":
            depth -= 1
            start = number + 1
            if depth < 0:
                problems.append(BROKEN[0])
        elif word == ";":
            if depth == 0:
                if words[start:number]:
                    problems.append(f"outside of functions: {' '.join(words[start:number])[:60]}")
                start = number + 1
        elif depth and words[number + 1] != "constexpr":
            problems.append("a static variable")
    if depth > 0 or (depth == 0 and words[start] in _BEGINS_A_HEAD):
        problems.append(BROKEN[1])
    return names, problems


def _opened(head: Sequence[str], names: set[str], problems: list[str]) -> str:
    """Add the name that the tokens before an outermost brace declare. Return it if it is a struct's, else an empty str.

    If they declare neither a struct nor a function, a sentence is added to ``problems``.
    """
    if head[:1] == ["struct"] and len(head) == 2:
        names.add(head[1])
        return head[1]
    if "(" not in head or head[-1] != ")" or "=" in head or "[" in head:
        problems.append(f"outside of functions: {' '.join(head)[:60]}")
        return ""
    at = head.index("(")
    while at > 0 and head[at - 1] in ("__launch_bounds__", "WP_CLUSTER_DIMS", "WP_MAXNREG"):
        at = head.index("(", at + 1)
    names.add(head[at - 1])
    names.update(
        word for word, after in zip(head[at:], head[at + 1 :], strict=False) if after in ",)" and word.isidentifier()
    )
    return ""


def _of_string(words: Sequence[str], number: int) -> Iterator[str]:
    word = words[number]
    if word.startswith("'") or _FORMAT_THAT_WRITES.search(word):
        yield f"the text {word[:40]}"
    elif word not in _TYPE_STRINGS and words[number - 1] not in ("(", ",", "&") and not _is_kept(words, number):
        yield f"the text {word[:40]}, which is not passed to a function"
    elif word == '"C"' and words[number - 1] != "extern":
        yield 'a "C" outside the head of a function'


def _is_kept(words: Sequence[str], number: int) -> bool:
    """Return whether a string initialises a variable of Warp's own string type, as the formats of ``printf`` do."""
    return number > 2 and words[number - 1] == "=" and words[number - 3] == "str"


def _is_usual(words: Sequence[str], number: int, names: set[str]) -> bool:
    """Return whether a word is a common case: a name of ``wp``, or a known word that is not called or a member."""
    word, before, after = words[number], words[number - 1], words[number + 1]
    if before == ":" and words[number - 2] == ":":
        return words[number - 3] == "wp" and _is_in_wp(word)
    if word == "wp":
        return after == ":" and words[number + 2] == ":"
    if before in (".", ">") or after == "(" or word in _CHECKED_WORDS:
        return False
    return word in names or is_printed_by_warp(word)


def _of_word(words: Sequence[str], number: int, names: set[str]) -> Iterator[str]:
    word, before, after = words[number], words[number - 1], words[number + 1 : number + 4]
    following = after[0]
    if before == ":" and words[number - 2] == ":":
        space = words[number - 3]
        if space == "wp":
            stem = word.removeprefix("adj_")
            if not (_of_headers(stem) or word in names):
                yield f"wp::{word}"
        elif (space, word) != ("tile_shared_storage_t", "init"):
            yield f"{space}::{word}"
    elif word == "wp":
        if after[:2] != [":", ":"]:
            yield "the name wp"
    elif word == "template":
        if list(after) != ["<", "bool", "wp_linear_contiguous"]:
            yield "a template"
    elif word == "operator":
        if after[:2] != ["+", "="]:
            yield "an operator"
    elif word == "goto" and _NUMBERED.fullmatch(following) is None:
        yield "a goto without a label"
    elif word == "extern" and following != '"C"':
        yield "an extern declaration"
    elif before == "." or (before == ">" and words[number - 2] == "-"):
        if following == "(":
            yield f"a method: {word}"
        elif word in _STORAGE_MEMBERS and word not in names:
            yield f"the member {word}"
    elif following == "(" and not (word in _BEFORE_PARENTHESIS or word in names or word.startswith("tile_")):
        yield f"a call of {word}"
    elif not (word in names or word in _WORDS or word in _BEFORE_PARENTHESIS or word.startswith("tile_")) and (
        _NUMBERED.fullmatch(word) is None
    ):
        yield f"the name {word}"


@functools.lru_cache(maxsize=4096)
def _is_in_wp(name: str) -> bool:
    return _of_headers(name.removeprefix("adj_"))


@functools.cache
def _of_headers(name: str) -> bool:
    """Return whether a name is one of Warp's headers that its code generator prints."""
    return name in _HEADERS or _FAMILIES.fullmatch(name) is not None or is_builtin_name(name)

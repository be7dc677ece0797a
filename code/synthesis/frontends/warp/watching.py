"""Detection of sums over threads that a text makes with plain loads and stores instead of atomics.

On the host, threads run one after another, so both give the same result. If the oracle changes an array only by
atomics, and a text accesses it in a way that Warp does not print, every load, store and atomic of the text on the array
is recorded. It is an error if one thread accesses an element without atomics and another thread writes it. An element
that only one thread uses may be accessed in any way. Adjoint arrays are always checked in this way.
"""

import re

from synthesis.core.languages import CUDA
from synthesis.frontends.base import Direction, Program
from synthesis.frontends.warp.texts import tokens

_ATOMICS = ("add", "sub", "min", "max", "and", "or", "xor", "exch", "cas")
_FUNCTIONS = ("load", "store", "array_store", "adj_address", *(f"atomic_{name}" for name in _ATOMICS))
_ATOMIC = r"\bwp\s*::\s*(?:adj_)?atomic_(?:{})\s*\(\s*{{}}\b(?=\s*,)".format("|".join(_ATOMICS))
_ADJOINT = re.compile(r"\bwp\s*::\s*(?!adj_)\w+\s*\((?:\s*\w+\s*,)*?\s*(adj_\w+)\s*[,)]")
_RAW = re.compile(r"[;{}]\s*(?:\*\s*\(*\s*\w+|\w+\s*(?:\[|->\s*\w+))[^;]*?[-+*/|&^]?=(?!=)")

_NOTES = """
namespace irsmith_host {
static inline void note(const void* place, unsigned long long bytes, int kind)
{
    for (unsigned long long array = 0; array < launch->watched; ++array) {
        unsigned long long at = (unsigned long long)place - launch->starts[array];
        for (unsigned long long end = at + bytes; at < end && at < launch->sizes[array]; ++at) {
            unsigned* by = launch->notes[array][at];
            for (int other = 0; other < 3; ++other)
                if (by[other] && by[other] != (unsigned)thread && (kind == 1 || other == 1 || kind != other))
                    launch->conflict = array + 1;
            by[kind] = by[kind] && by[kind] != (unsigned)thread ? ~0u : (unsigned)thread;
        }
    }
}
static inline int whole(int given) { return given; }
template <typename N> static inline int whole(const N&) { return 0; }
template <int values> struct Atomic {
    template <typename T, typename... R> static void seen(T* place, const R&...) { note(place, sizeof(T), 2); }
    template <template <typename> class A, typename T, typename... R>
    static void seen(const A<T>& array, const R&... rest)
    {
        int at[] = {whole(rest)..., 0, 0, 0};
        constexpr int count = (int)sizeof...(R) - values; // a Fabric array has one index
        if constexpr (count == 1)
            note(&wp::index(array, at[0]), sizeof(T), 2);
        else if constexpr (count == 2)
            note(&wp::index(array, at[0], at[1]), sizeof(T), 2);
        else if constexpr (count == 3)
            note(&wp::index(array, at[0], at[1], at[2]), sizeof(T), 2);
        else
            note(&wp::index(array, at[0], at[1], at[2], at[3]), sizeof(T), 2);
    }
};
}
namespace wp {
template <typename T> inline T irsmith_load(T* place)
{
    irsmith_host::note(place, sizeof(T), 0);
    return load(place);
}
template <typename T> inline void irsmith_store(T* place, T value)
{
    irsmith_host::note(place, sizeof(T), 1);
    store(place, value);
}
"""
_STORES = """
template <template <typename> class A, typename T>
inline void irsmith_array_store(const A<T>& array, {parameters}, T value)
{{
    irsmith_host::note(&index(array, {indices}), sizeof(T), 1);
    array_store(array, {indices}, value);
}}
"""
_SUMS = """
template <typename T>
inline void irsmith_adj_address(
    const array_t<T>& array, {parameters}, const array_t<T>& adjoint, {others}, const T& value)
{{
    if (adjoint.data)
        irsmith_host::note(&index(adjoint, {indices}), sizeof(T), 2);
    adj_address(array, {indices}, adjoint, {indices}, value);
}}
"""
"""A function that adds to the adjoint of an array element with an atomic, and records the access."""
_OTHERS = """
template <template <typename> class A, template <typename> class B, typename T>
inline void irsmith_adj_address(
    const A<T>& array, {parameters}, const B<T>& adjoint, {others}, const T& value)
{{
    adj_address(array, {indices}, adjoint, {indices}, value);
}}
"""
"""The overload of ``irsmith_adj_address`` for indexed and Fabric arrays, which have no adjoints to be recorded."""
_ATOMIC_CALL = """
template <typename B, typename... R> inline auto irsmith_atomic_{name}(B&& buffer, R... rest)
{{
    irsmith_host::Atomic<{values}>::seen(buffer, rest...);
    return atomic_{name}(buffer, rest...);
}}
"""


def _declared() -> str:
    """Return the recording functions, under the names of the functions that they replace."""
    elements = "".join(
        form.format(
            parameters=", ".join(f"int {axis}" for axis in axes),
            others=", ".join(f"int adj_{axis}" for axis in axes),
            indices=", ".join(axes),
        )
        for form in (_STORES, _SUMS, _OTHERS)
        for axes in ("i", "ij", "ijk", "ijkl")
    )
    atomics = "".join(_ATOMIC_CALL.format(name=name, values=2 if name == "cas" else 1) for name in _ATOMICS)
    renames = "".join(f"#define {name} irsmith_{name}\n" for name in _FUNCTIONS)
    return f"{_NOTES}{elements}{atomics}}}\n{renames}"


WATCHING = _declared()
"""The code before watched texts, which come last in their translation unit."""


def watched_arrays(program: Program) -> tuple[str, ...]:
    """Return the arrays of a CUDA text, including adjoints, that it accesses in ways other than the permitted atomics.

    Raises:
        UnwatchableError: if it writes memory in a way that cannot be recorded.
    """
    if program.level.language != CUDA or program.compile_only:
        return ()
    backward = program.level.direction is Direction.BACKWARD
    if not (program.accumulated or backward or program.separate):
        return ()
    body = program.text[program.text.find("_cuda_kernel_") :].partition("{")[2]
    if "/" in body:
        body = "".join(" " if kind == "comment" else part for kind, part in tokens(body))
    names = [
        f"var_{name}" for name in sorted(program.accumulated) if _is_field(name) or not _is_atomic(body, f"var_{name}")
    ]
    if backward:
        given = [each.name for each in program.signature.arguments if each.shape is not None and each.is_float]
        arrays = {f"adj_{name}" for name in given}
        touched = [match[1] for match in _ADJOINT.finditer(body) if match[1] in arrays]
        names += sorted({*touched, *(f"adj_{name}" for name in given if _is_field(name))})
    if names and _RAW.search(body):
        raise UnwatchableError(f"it accesses {names[0]} without atomics, and writes through pointers")
    if not backward:
        names += [f"var_{name}" for name in sorted(program.separate - program.accumulated)]
    return tuple(names)


def _is_field(name: str) -> bool:
    """Return whether an array is in a struct; texts copy it to other variables, so its name does not show its uses."""
    return "." in name


def _is_atomic(body: str, name: str) -> bool:
    """Return whether a kernel uses an array only in atomics and for its shape."""
    uses = len(re.findall(rf"\b{name}\b", body))
    shapes = len(re.findall(rf"\b{name}\s*\.\s*(?:shape|ndim)\b", body))
    return uses == shapes + len(re.findall(_ATOMIC.format(name), body))


class UnwatchableError(Exception):
    """An error for a text whose memory accesses cannot be recorded."""

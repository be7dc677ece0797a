"""Native CUDA inside a kernel: shared memory, block synchronisation and warp shuffles, in ``wp.func_native`` snippets.

These kernels exist for CUDA only, because a CPU has no blocks of threads that wait for each other.
"""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Call, Evaluate, Function, Literal, Name
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.spelling import array_annotation, scalar_name

_CACHES = ("cache", "shared", "buf", "tile", "sdata", "scratch")
_COMBINING = {
    "sum": "{0} += {1};",
    "max": "{0} = {0} > {1} ? {0} : {1};",
    "min": "{0} = {0} < {1} ? {0} : {1};",
    "product": "{0} *= {1};",
}
_FLOAT_MAPS = (
    "{0}", "{0} * {0}", "sinf({0})", "{c}f * {0}", "fabsf({0})", "{0} + {c}f", "expf(-{0} * {0})", "tanhf({c}f * {0})",
)  # fmt: skip
_INT_MAPS = ("{0}", "{0} * {0}", "{0} & {k}", "{0} >> 1", "{0} ^ {k}", "{0} + {k}")


class _Native:
    """A kernel that passes its arrays and its index to one native function.

    Args:
        stream: the random choices.
        integer: whether the kernel may work on integers.
    """

    def __init__(self, stream: Stream, *, integer: bool = True) -> None:
        self.choices = choices = stream.child("shape")
        self.kind = Type("int32" if integer and choices.chance(0.3) else "float32")
        self.block = choices.choice((32, 64, 128, 256))
        self.blocks = choices.integer(1, 4)
        self.draft = Draft(stream, (self.kind,), launch=(self.block * self.blocks,))
        self.cache = choices.pick(_CACHES)
        self.lane = choices.choice(("lane", "tx", "t", "local"))
        self.index = choices.choice(("tid", "idx", "gid"))
        self.ctype = "int" if self.kind.dtype == "int32" else "float"
        self._given: list[tuple[str, str]] = []
        self._names: list[str] = []

    def array(self, parameter: str, extent: int, role: Role = Role.INPUT, kind: Type | None = None) -> None:
        """Add an array to the kernel's arguments, and to the native function the parameter that receives it."""
        element = kind or self.kind
        domain = Domain(low=0, high=255) if element.dtype == "int32" else Domain(low=-2.0, high=2.0)
        make = self.draft.add_output if role is not Role.INPUT else self.draft.add_array
        name = make(element, domain, (extent,), role)
        annotation = array_annotation(scalar_name(element.dtype), 1)
        self._given.append((parameter, annotation))
        self._names.append(name)

    def map_value(self, value: str) -> str:
        """Return a drawn function of a value, as a C expression."""
        constants = {"c": self.choices.decimal(0.3, 2.5, 2), "k": self.choices.integer(3, 63)}
        return self.choices.pick(_INT_MAPS if self.ctype == "int" else _FLOAT_MAPS).format(value, **constants)

    def finish(self, recipe: str, target: str, summary: str, lines: list[str], ops: set[str]) -> KernelSpec:
        """Return the finished kernel around the lines of a snippet."""
        choices, draft = self.choices, self.draft
        pad = choices.choice(("    ", "\t", "  ")) if choices.chance(0.3) else "    "
        body = "\n".join(pad + line for line in lines)
        snippet = draft.book.take(("snippet", "source", "native_code", "cuda_source", "body"))
        draft.declare(Assign(Name(snippet), Literal(f'"""\n{body}\n"""')))
        name = draft.book.title()
        parameters = (*self._given, (self.index, "int"))
        draft.declare(Function(name, parameters, (Evaluate(Literal("...")),), (f"wp.func_native({snippet})",)))
        draft.add(Evaluate(Call(Name(name), (*map(Name, self._names), Name(draft.indices[0])))))
        return draft.finish(
            category="native",
            recipe=recipe,
            summary=summary,
            ops=frozenset({"func_native", "shared_memory", "syncthreads", target, *ops}),
            options={**DEFAULTS, "block_dim": self.block},
        )

    @property
    def head(self) -> list[str]:
        """The C declarations of the shared array and of the thread's index in its block, in either order."""
        lines = [f"__shared__ {self.ctype} {self.cache}[{self.block}];", f"int {self.lane} = threadIdx.x;"]
        return lines if self.choices.chance(0.7) else lines[::-1]


def _loop(native: _Native, body: list[str], *, up: bool) -> list[str]:
    """Return a C loop over distances that double or halve, with a barrier at the end of each iteration."""
    half = native.block // 2
    head = f"for (int s = 1; s < {native.block}; s *= 2) {{" if up else f"for (int s = {half}; s > 0; s >>= 1) {{"
    return [head, *(f"    {line}" for line in body), "    __syncthreads();", "}"]


def _draw_reduce(stream: Stream, target: str) -> KernelSpec:
    """Draw a tree reduction of each block in shared memory."""
    native = _Native(stream)
    operator = target.removeprefix("block_")
    native.array("values", native.block * native.blocks)
    native.array("out", native.blocks, Role.OUTPUT)
    cache, lane = native.cache, native.lane
    combine = _COMBINING[operator].format(f"{cache}[{lane}]", f"{cache}[{lane} + s]")
    up = native.choices.chance(0.35)
    test = f"if ({lane} % (2 * s) == 0) {{ {combine} }}" if up else f"if ({lane} < s) {{ {combine} }}"
    lines = [
        *native.head,
        f"{cache}[{lane}] = {native.map_value(f'values[{native.index}]')};",
        "__syncthreads();",
        *_loop(native, [test], up=up),
        f"if ({lane} == 0) {{ out[blockIdx.x] = {cache}[0]; }}",
    ]
    return native.finish("block_reduce", target, f"Block-wise {operator} reduction in shared memory", lines, set())


def _draw_scan(stream: Stream, target: str) -> KernelSpec:
    """Draw an inclusive scan of each block, with sums or maxima."""
    native = _Native(stream)
    total = native.block * native.blocks
    native.array("values", total)
    native.array("out", total, Role.OUTPUT)
    cache, lane, kind = native.cache, native.lane, native.ctype
    step = {"scan_sum": "own + other", "scan_max": "own > other ? own : other"}[target]
    lines = [
        *native.head,
        f"{cache}[{lane}] = {native.map_value(f'values[{native.index}]')};",
        "__syncthreads();",
        *_loop(
            native,
            [
                f"{kind} own = {cache}[{lane}];",
                f"{kind} other = {lane} >= s ? {cache}[{lane} - s] : own;",
                "__syncthreads();",
                f"if ({lane} >= s) {{ {cache}[{lane}] = {step}; }}",
            ],
            up=True,
        ),
        f"out[{native.index}] = {cache}[{lane}];",
    ]
    return native.finish("block_scan", target, "Block-wise inclusive scan in shared memory", lines, set())


def _draw_exchange(stream: Stream, target: str) -> KernelSpec:
    """Draw an exchange in shared memory: the elements of a block reversed, rotated, or combined with neighbours."""
    native = _Native(stream, integer=target != "block_stencil")
    total = native.block * native.blocks
    native.array("values", total)
    native.array("out", total, Role.OUTPUT)
    cache, lane, last = native.cache, native.lane, native.block - 1
    if target == "block_reverse":
        result = [f"out[{native.index}] = {cache}[{last} - {lane}];"]
    elif target == "block_rotate":
        result = [f"out[{native.index}] = {cache}[({lane} + {native.choices.integer(1, 31)}) % {native.block}];"]
    else:
        weight = native.choices.decimal(0.2, 0.6, 2)
        result = [
            f"float left = {cache}[{lane} > 0 ? {lane} - 1 : 0];",
            f"float right = {cache}[{lane} < {last} ? {lane} + 1 : {last}];",
            f"out[{native.index}] = {cache}[{lane}] + {weight}f * (left + right - 2.0f * {cache}[{lane}]);",
        ]
    lines = [
        *native.head, f"{cache}[{lane}] = {native.map_value(f'values[{native.index}]')};", "__syncthreads();", *result,
    ]  # fmt: skip
    return native.finish(
        "block_exchange", target, "Exchange of elements within each block through shared memory", lines, set()
    )


def _draw_histogram(stream: Stream, target: str) -> KernelSpec:
    """Draw a histogram that each block counts in shared memory and then adds to the histogram of all blocks."""
    native = _Native(stream)
    native.kind, native.ctype = Type("int32"), "int"
    bins = native.choices.choice((8, 16, 32))
    native.array("values", native.block * native.blocks)
    native.array("counts", bins, Role.INOUT)
    cache, lane = native.cache, native.lane
    place = native.choices.choice(
        (
            f"values[{native.index}] % {bins}",
            f"values[{native.index}] & {bins - 1}",
            f"(values[{native.index}] >> 2) % {bins}",
        )
    )
    lines = [
        f"__shared__ int {cache}[{bins}];",
        f"int {lane} = threadIdx.x;",
        f"if ({lane} < {bins}) {{ {cache}[{lane}] = 0; }}",
        "__syncthreads();",
        f"atomicAdd(&{cache}[{place}], 1);",
        "__syncthreads();",
        f"if ({lane} < {bins}) {{ atomicAdd(&counts[{lane}], {cache}[{lane}]); }}",
    ]
    return native.finish(
        "block_histogram", target, f"Histogram with {bins} bins in shared memory", lines, {"atomicAdd"}
    )


def _draw_shuffle(stream: Stream, target: str) -> KernelSpec:
    """Draw a sum of each warp by shuffles, followed by a sum of each block through shared memory."""
    native = _Native(stream)
    native.array("values", native.block * native.blocks)
    native.array("out", native.blocks, Role.OUTPUT)
    cache, lane, kind = native.cache, native.lane, native.ctype
    warps = max(1, native.block // 32)
    lines = [
        f"__shared__ {kind} {cache}[{warps}];",
        f"int {lane} = threadIdx.x;",
        f"{kind} v = {native.map_value(f'values[{native.index}]')};",
        "for (int s = 16; s > 0; s >>= 1) {",
        "    v += __shfl_down_sync(0xffffffff, v, s);"
        if native.choices.chance(0.5)
        else "    v += __shfl_xor_sync(0xffffffff, v, s);",
        "}",
        f"if ({lane} % 32 == 0) {{ {cache}[{lane} / 32] = v; }}",
        "__syncthreads();",
        f"if ({lane} == 0) {{",
        f"    {kind} total = 0;",
        f"    for (int w = 0; w < {warps}; ++w) {{ total += {cache}[w]; }}",
        "    out[blockIdx.x] = total;",
        "}",
    ]
    return native.finish("warp_shuffle", target, "Block-wise sum reduction with warp shuffles", lines, {"shfl_sync"})


RECIPES = (
    Recipe(
        name="block_reduce",
        category="native",
        targets=("block_sum", "block_max", "block_min", "block_product"),
        draw=_draw_reduce,
    ),
    Recipe(name="block_scan", category="native", targets=("scan_sum", "scan_max"), draw=_draw_scan),
    Recipe(
        name="block_exchange",
        category="native",
        targets=("block_reverse", "block_rotate", "block_stencil"),
        draw=_draw_exchange,
    ),
    Recipe(name="block_histogram", category="native", targets=("histogram",), draw=_draw_histogram),
    Recipe(name="warp_shuffle", category="native", targets=("warp_sum",), draw=_draw_shuffle),
)

"""Makes a page of the documentation site: a kernel of each of Warp's categories, and what its CUDA text shows.

python docs/make_gpu.py PAGE
"""

import re
import sys
from pathlib import Path

from synthesis import Pair, generate
from synthesis.generator import KernelGenerator

# What to look for in CUDA text, by the category whose kernel shows it; the first that a kernel has is shown.
PATTERNS = {
    "arithmetic": ("a thread a launch element, in a grid-stride loop", r"blockIdx\.x|gridDim\.x"),
    "vector": ("vectors in registers", r"wp::(vec_t<|dot|cross|length|normalize)"),
    "matrix": ("matrices in registers", r"wp::(mul|transpose|inverse|determinant|outer|trace|diag|get_diag|ddot)\("),
    "control_flow": ("branches and loops of a thread's own", r"\bif \(|start_for|goto|for_"),
    "math": (
        "the device's elementary functions",
        r"wp::(?:a?sin|a?cos|a?tan2?|exp|log\d*|sqrt|cbrt|sinh|cosh|tanh|pow|erf)\(",
    ),
    "atomic": ("atomic operations", r"wp::atomic_\w+"),
    "array": ("strided indexing", r"wp::(address|view)\("),
    "launch": ("thread indices of several dimensions", r"builtin_tid[234]d"),
    "stencil": ("neighbours in global memory", r"wp::address\("),
    "quaternion": ("quaternions in registers", r"wp::quat\w*"),
    "transform": ("transforms in registers", r"wp::transform\w*"),
    "random": ("a random state a thread", r"wp::(rand_init|rand\w+|sample_\w+|noise)"),
    "function": ("device functions", r"CUDA_CALLABLE"),
    "struct": ("structs in global memory or by value", r"struct \w+"),
    "integer": ("whole numbers", r"wp::(floordiv|mod|sign)\("),
    "bitwise": ("bits", r"wp::(bit_\w+|lshift|rshift|invert)\("),
    "tile": (
        "tiles of a block, in shared memory or registers",
        r"wp::tile_(?:load|map|store|transpose|broadcast|ones|full|extract|view|assign)\b",
    ),
    "tile_algebra": (
        "tiles that a block multiplies, factors or transforms",
        r"wp::tile_(?:matmul|cholesky\w*|lower_solve\w*|upper_solve\w*|diag_add|fft|ifft)\b",
    ),
    "tile_reduction": (
        "tiles brought to one number, or summed along",
        r"wp::tile_(?:sum|reduce|scan\w*|max|min|atomic_add)\b",
    ),
    "tile_indexing": (
        "tiles put in order, and elements by index",
        r"wp::tile_(?:sort|argmax|argmin|scan\w*|arange|extract|\w*indexed)\b",
    ),
    "simulation": ("many threads that add to one element", r"wp::(?:atomic_\w+|normalize|length\w*|cross|dot|quat\w*)"),
    "geometry": ("vectors and small matrices in registers", r"wp::(?:length|dot|cross|determinant|lerp|vec_t<)"),
    "image": ("windows read from global memory", r"wp::(?:address|clamp|exp|pow|vec_t<)"),
    "learning": ("rows walked by a thread each", r"wp::(?:exp|log|max|sqrt|tanh|atomic_\w+|array_store|address)\("),
    "solver": ("what a thread repeats by itself", r"wp::(?:address|rand\w+|mod|rshift|add|mul)\("),
    "contact": ("pairs that are filtered by flags", r"wp::(?:address|atomic_\w+|normalize|length)\("),
    "articulation": ("branches on an enum, and chains of indices", r"wp::(?:address|clamp|array_store)\("),
    "particles": ("loops over a list of neighbours", r"wp::(?:length\w*|address|atomic_\w+)\(|iter_next"),
    "sparse": ("rows of a length of their own", r"iter_next|wp::(?:address|range)\("),
    "mesh": ("gathers by triples of indices, scatters by atomics", r"wp::(?:atomic_\w+|address|cross)\("),
    "events": ("slots taken by atomics, with a bound", r"wp::(?:atomic_\w+|address|array_store)\("),
    "deformable": ("forces of elements summed up at their corners", r"wp::(?:atomic_\w+|length|address)\("),
    "control": ("many environments in one launch", r"builtin_tid\w+|wp::(?:clamp|array_store)\("),
    "bookkeeping": ("lists that are filled and read by index", r"wp::(?:atomic_\w+|address|array_store)\("),
    "field": ("cells that read those beside them", r"builtin_tid\w+|wp::address\("),
    "multibody": ("a thread for each body of each world", r"builtin_tid\w+|wp::(?:address|array_store)\("),
    "queries": ("queries of objects by their ids", r"wp::(?:mesh|bvh|hash_grid|volume|texture)_\w+\("),
    "joints": ("rigid transforms, and enums of joints", r"wp::(?:transform_\w+|quat_\w+|address|array_store)\("),
    "shapes": ("chains from shape to body to world", r"wp::(?:transform_\w+|quat_\w+|address|atomic_\w+)\("),
    "state": ("arrays that are copied, gathered and scattered", r"iter_next|wp::(?:address|array_store|range)\("),
    "constraints": ("rows that are written by address", r"wp::(?:address|array_store|atomic_\w+)\("),
    "topology": ("elements by the numbers of their vertices", r"wp::(?:address|length|cross|extract|array_store)\("),
    "voxels": ("cells of grids with three dimensions", r"builtin_tid\w+|wp::(?:address|floor|int32|array_store)\("),
    "sensors": ("images of cameras", r"builtin_tid\w+|wp::(?:rshift|lshift|bit_and|uint8|uint32|array_store)\("),
    "native": ("shared memory and barriers", r"__shared__|__syncthreads\(\)|__shfl\w+"),
}


def shown(text: str, pattern: str) -> list[str]:
    """The different things that match in the last function of a text."""
    body = (
        text
        if "__shared__" in text or "CUDA_CALLABLE" in pattern or "struct" in pattern
        else text[text.rindex("__global__") :]
    )
    found = dict.fromkeys(match.group().rstrip("(") for match in re.finditer(pattern, body))
    return list(found)[:4]


def kernel_body(text: str) -> str:
    """The kernel function of a CUDA text, and native functions before it."""
    start = text.index('extern "C" __global__')
    native = text.find("__shared__")
    return text[text.rindex("static CUDA_CALLABLE", 0, native) if 0 <= native < start else start :].rstrip()


def example(category: str) -> tuple[Pair, list[str]]:
    """The first drawn kernel of a category, of seed 0, that shows its pattern and is short."""
    best: tuple[Pair, list[str]] | None = None
    for pair in generate("warp", 12, seed=0, category=category, level="cuda_forward", device="cuda", verify="none"):
        text = pair.texts["cuda_forward"] or ""
        found = shown(text, PATTERNS[category][1])
        if found and (best is None or len(text) < len(best[0].texts["cuda_forward"] or "")):
            best = pair, found
    assert best is not None, f"no kernel of {category} shows {PATTERNS[category][1]}"
    return best


def page() -> str:
    """The page as it should be."""
    categories = KernelGenerator("warp").categories
    examples = {category: example(category) for category in categories}
    lines = [
        "# What CUDA texts show of a GPU",
        "",
        "`irsmith generate --frontend warp --device cuda` needs no GPU: the text is what Warp would hand to NVRTC. One",
        "kernel of each category, of seed 0; `irsmith generate --level ptx` compiles them to PTX, and the tests marked",
        "`gpu` run them where there is a GPU.",
        "",
        "| category | shows | in the CUDA text | kernel |",
        "| --- | --- | --- | --- |",
    ]
    for category, (pair, found) in examples.items():
        marks = ", ".join(f"`{each}`" for each in found)
        lines.append(f"| [{category}](#{category}) | {PATTERNS[category][0]} | {marks} | `{pair.spec.name}` |")
    for category, (pair, _) in examples.items():
        lines += [
            "",
            f"## {category}",
            "",
            f"{pair.spec.description}",
            "",
            "```python",
            pair.spec.source.rstrip(),
            "```",
            "",
        ]
        lines += ["```cuda", kernel_body(pair.texts["cuda_forward"] or ""), "```"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")

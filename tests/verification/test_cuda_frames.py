"""What is around a CUDA kernel's body is proved too: its head, its grid-stride loop, and that sums are atomic."""

import re

import pytest
from checking import judged, pairs_of_texts

from synthesis import Pair, Symptom, get_frontend
from synthesis.core.verdicts import Hindrance
from synthesis.frontends.warp.statements import framed
from synthesis.verification.verifier import Verifier

KERNELS = """
import warp as wp


@wp.kernel
def mapped(a: wp.array(dtype=float), b: wp.array(dtype=float), n: int):
    i = wp.tid()
    if i < n:
        b[i] = a[i] * 2.0 + 1.0


@wp.kernel
def grid(a: wp.array2d(dtype=float), b: wp.array2d(dtype=float)):
    i, j = wp.tid()
    b[i, j] = wp.sin(a[i, j]) * a[i, j]


@wp.kernel
def summed(a: wp.array(dtype=float), where: wp.array(dtype=int), total: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_add(total, where[i], a[i] * a[i])


@wp.kernel
def counted(a: wp.array(dtype=float), slots: wp.array(dtype=int), seen: wp.array(dtype=float)):
    i = wp.tid()
    if a[i] > 0.2:
        slot = wp.atomic_add(slots, 0, 1)
        wp.atomic_max(seen, slot % 2, a[i])


@wp.kernel
def seldom(a: wp.array(dtype=float), kind: wp.array(dtype=int), where: wp.array(dtype=int), b: wp.array(dtype=float)):
    i = wp.tid()
    if kind[i] > 0:
        b[i] = a[where[i]] * 2.0


@wp.kernel
def own(a: wp.array(dtype=float), b: wp.array(dtype=float)):
    i = wp.tid()
    b[i] += a[i] * 3.0


@wp.kernel
def along(a: wp.array(dtype=float), b: wp.array(dtype=float)):
    i = wp.tid()
    b[i] = b[i] * 0.5 + a[i]
    if i > 0:
        b[i] = b[i] + b[i - 1]


@wp.kernel
def between(a: wp.array2d(dtype=float), b: wp.array2d(dtype=float)):
    i, j = wp.tid()
    b[i, j] = a[i, j] * 2.0 + a[i + 1, j] * a[i, j + 1]
"""
EXAMPLES = """
[mapped]
a = "f32[11]"
b = "f32[11]"
n = 11
dim = 11
[grid]
a = "f32[3,5]"
b = "f32[3,5]"
dim = [3, 5]
[summed]
a = "f32[12]"
where = "i32[12] in 0..2"
total = "f32[3]"
dim = 12
[seldom]
a = "f32[2000]"
kind = "i32[12] in 0..2"
where = "i32[12] in 0..1999"
b = "f32[12]"
dim = 12
[counted]
a = "f32[12]"
slots = "i32[1]"
seen = "f32[2]"
dim = 12
[own]
a = "f32[12]"
b = "f32[12]"
dim = 12
[along]
a = "f32[12]"
b = "f32[12]"
dim = 12
[between]
a = "f32[4,5]"
b = "f32[3,4]"
dim = [3, 4]
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_texts(tmp_path_factory.mktemp("frames"), KERNELS, EXAMPLES)


def text_of(pair: Pair, level: str) -> str:
    text = pair.texts[level]
    assert text is not None, pair.rejections
    return text


START = "static_cast<size_t>(blockDim.x) * static_cast<size_t>(blockIdx.x) + static_cast<size_t>(threadIdx.x)"
STRIDE = "static_cast<size_t>(blockDim.x) * static_cast<size_t>(gridDim.x)"
STORAGE, RESET = "    wp::tile_shared_storage_t tile_mem;\n", "        wp::tile_shared_storage_t::init();\n"
WRONG = (
    (START, "static_cast<size_t>(threadIdx.x)"),
    (START, "static_cast<size_t>(blockIdx.x)"),
    (START, "0"),
    (START, f"1 + {START}"),
    (START, START.replace("blockDim", "gridDim")),
    (START, START.replace(" + ", " * ")),
    (START, START.replace(" * ", " + ")),
    (START, START.replace(" + ", " - ")),
    (START, "blockDim.x * blockIdx.x + threadIdx.x"),
    (START, f"static_cast<unsigned>({START})"),
    (START, START.replace("threadIdx", "blockIdx")),
    (START, START.replace("blockIdx", "threadIdx")),
    (START, START.replace("threadIdx.x", "threadIdx.y")),
    ("for (size_t _idx", "for (unsigned _idx"),
    ("_idx < dim.size", "_idx <= dim.size"),
    ("_idx < dim.size", "_idx < dim.size - 1"),
    ("_idx < dim.size", "_idx != dim.size"),
    ("_idx < dim.size", "_idx < dim.shape[0]"),
    ("_idx < dim.size", "_idx < gridDim.x * blockDim.x"),
    (f"_idx += {STRIDE}", "++_idx"),
    (f"_idx += {STRIDE}", f"_idx -= {STRIDE}"),
    (f"_idx += {STRIDE}", f"_idx = {STRIDE}"),
    (STRIDE, "static_cast<size_t>(blockDim.x)"),
    (STRIDE, "static_cast<size_t>(gridDim.x)"),
    (STRIDE, "blockDim.x * gridDim.x"),
    (STRIDE, STRIDE.replace("*", "+")),
    (STRIDE, STRIDE.replace("gridDim", "blockDim")),
    (STRIDE, STRIDE.replace("blockDim", "gridDim")),
    (STRIDE, STRIDE.replace("gridDim", "blockIdx")),
    (STRIDE, STRIDE.replace("gridDim.x", "gridDim.y")),
    (STRIDE, f"2 * {STRIDE}"),
    ('extern "C" __global__ void', "static void"),
    ('extern "C" __global__ void', '__global__ void'),
    ('extern "C" __global__ void', 'extern "C" __device__ void'),
    ('extern "C" __global__ void', 'extern "C" void'),
    (STORAGE, ""),
    (RESET, ""),
    (RESET, RESET + RESET),
    ("wp::launch_bounds_t<", "wp::launch_bound_t<"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "level"), [("mapped", "cuda_forward"), ("grid", "cuda_backward"), ("summed", "cuda_forward")]
)
def test_an_error_anywhere_in_the_frame_is_found(pairs: dict[str, Pair], name: str, level: str) -> None:
    pair = pairs[name]
    right = text_of(pair, level)
    wrong = [right.replace(old, new) for old, new in WRONG]
    assert right not in wrong
    if name != "grid":  # of whose launch's sizes the first is less than all
        wrong = [each for each in wrong if "dim.shape[0]" not in each]
    forward = {} if level == "cuda_forward" else {"cuda_forward": text_of(pair, "cuda_forward")}
    with Verifier(get_frontend("warp"), time_limit=1.0) as verifier:
        (sound, *judgements) = judged(verifier, pair.spec, [forward | {level: each} for each in (right, *wrong)])
    assert level in sound.verdict.verified
    missed = [text for text, judgement in zip(wrong, judgements, strict=True) if level not in judgement.failed]
    assert not missed, "\n".join(text[text.index('extern "C"') : text.index("wp::int32 var_0")] for text in missed)


OTHER_FRAMES = (
    (START, "threadIdx.x + (size_t)blockIdx.x * blockDim.x"),
    (STRIDE, "(size_t)gridDim.x * blockDim.x"),
    ("_idx < dim.size", "!(dim.size <= _idx)"),
)


def test_a_frame_in_other_words_is_as_good(pairs: dict[str, Pair]) -> None:
    pair = pairs["grid"]
    texts = {level: text_of(pair, level) for level in ("cuda_forward", "cuda_backward")}
    for old, new in OTHER_FRAMES:
        texts = {level: text.replace(old, new) for level, text in texts.items()}
    assert all(framed(text) is None for text in texts.values())
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, texts)
    assert judgement.verdict.verified == tuple(texts), judgement.failed


def made_plain(text: str) -> str:
    """The text with the first atomic a load, an operation and a store."""
    found = re.search(r"( *)(?:(var_\d+) = )?wp::atomic_(\w+)\((\w+), (\w+), (\w+)\);\n", text)
    assert found is not None
    space, old, operation, array, index, value = found.groups()
    place = f"wp::address({array}, {index})"
    lines = [f"{old} = wp::load({place});"] if old else []
    lines.append(f"wp::array_store({array}, {index}, wp::{operation}(wp::load({place}), {value}));")
    return text[: found.start()] + "".join(f"{space}{line}\n" for line in lines) + text[found.end() :]


@pytest.mark.parametrize("name", ["summed", "counted"])
def test_a_sum_of_several_threads_that_is_not_atomic_is_found(pairs: dict[str, Pair], name: str) -> None:
    pair = pairs[name]
    cpp, cuda = (made_plain(text_of(pair, level)) for level in ("cpp_forward", "cuda_forward"))
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, {"cpp_forward": cpp, "cuda_forward": cuda})
    assert judgement.verdict.verified == ("cpp_forward",)  # where threads run one after the other it is the same
    problem = judgement.failed["cuda_forward"]
    assert (problem.symptom, "without atomics" in problem.detail) == (Symptom.WRONG_RESULT, True)


def test_an_element_of_one_thread_alone_needs_no_atomic(pairs: dict[str, Pair]) -> None:
    pair = pairs["own"]
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, {"cuda_forward": made_plain(text_of(pair, "cuda_forward"))})
    assert judgement.verdict.verified == ("cuda_forward",)


def test_what_one_thread_reads_of_another_in_the_source_is_nothing_to_object_to(pairs: dict[str, Pair]) -> None:
    pair = pairs["along"]
    assert pair.verdict.verified == ("cpp_forward",)
    assert pair.verdict.unverified["cuda_forward"].hindrance is Hindrance.DEPENDS_ON_ORDER


def test_adjoints_that_are_not_summed_by_atomics_are_found(pairs: dict[str, Pair]) -> None:
    pair = pairs["summed"]
    backward = text_of(pair, "cuda_backward")
    gather = re.search(
        r" *wp::adj_atomic_add\(var_total, (var_\d+), (var_\d+), adj_total, \w+, (adj_\d+), \w+\);\n", backward
    )
    assert gather is not None
    index, _, gradient = gather.groups()
    place = f"wp::address(adj_total, {index})"
    read = f"        {gradient} = wp::add({gradient}, wp::load({place}));\n"
    store = f"        wp::array_store(adj_total, {index}, wp::load({place}));\n"
    reads, writes = backward.replace(gather[0], read), backward.replace(gather[0], gather[0] + store)
    texts = [{"cuda_forward": text_of(pair, "cuda_forward"), "cuda_backward": each} for each in (reads, writes)]
    with Verifier(get_frontend("warp")) as verifier:
        only_reads, also_writes = judged(verifier, pair.spec, texts)
    assert "cuda_backward" in only_reads.verdict.verified
    assert "without atomics" in also_writes.failed["cuda_backward"].detail


def test_a_plain_sum_into_what_threads_seldom_share_is_found(pairs: dict[str, Pair]) -> None:
    pair = pairs["seldom"]
    plain = r"wp::array_store(adj_a, \1, wp::add(wp::load(wp::address(adj_a, \1)), \2));"
    backward, count = re.subn(
        r"wp::adj_address\(var_a, (\w+), adj_a, \w+, (adj_\d+)\);", plain, text_of(pair, "cuda_backward")
    )
    assert count == 1
    texts = {"cuda_forward": text_of(pair, "cuda_forward"), "cuda_backward": backward}
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, texts)
    assert "without atomics" in judgement.failed["cuda_backward"].detail


@pytest.mark.parametrize("number", range(3))
def test_one_plain_sum_among_atomic_ones_is_found(pairs: dict[str, Pair], number: int) -> None:
    pair = pairs["between"]
    backward = text_of(pair, "cuda_backward")
    sums = re.findall(r"wp::adj_address\(var_a, (\w+), (\w+), adj_a, \w+, \w+, (adj_\d+)\);", backward)
    assert len(sums) == 3
    calls = re.findall(r"wp::adj_address\(.*;", backward)
    row, column, value = sums[number]
    place = f"adj_a, {row}, {column}"
    plain = f"wp::array_store({place}, wp::add(wp::load(wp::address({place})), {value}));"
    texts = {"cuda_forward": text_of(pair, "cuda_forward"), "cuda_backward": backward.replace(calls[number], plain)}
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, texts)
    assert "without atomics" in judgement.failed["cuda_backward"].detail


def test_a_store_into_an_adjoint_that_there_is_not_is_a_fault_where_it_is_reached(pairs: dict[str, Pair]) -> None:
    pair = pairs["summed"]
    backward = text_of(pair, "cuda_backward")
    sums = re.findall(r"wp::adj_address\(var_where, .*;", backward)
    assert sums
    store = "wp::array_store(adj_where, 0, 1);"
    texts = [backward.replace(sums[0], each) for each in (store, f"if (var_0 < 0) {store}")]
    with Verifier(get_frontend("warp")) as verifier:
        reached, passed_by = judged(verifier, pair.spec, [
            {"cuda_forward": text_of(pair, "cuda_forward"), "cuda_backward": each} for each in texts
        ])  # fmt: skip
    assert reached.failed["cuda_backward"].symptom is Symptom.CRASH
    assert "cuda_backward" in passed_by.verdict.verified


GARBAGE = (
    "__syncthreads();",
    "this is no CUDA at all; __syncthreads();",
    "__global__ void mapped_cuda_kernel_forward() { __shared__ float x; }",
)


@pytest.mark.parametrize("text", GARBAGE)
def test_what_is_no_kernel_does_not_pass_as_one_for_a_gpu(pairs: dict[str, Pair], text: str) -> None:
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pairs["mapped"].spec, {"cuda_forward": text})
    assert judgement.failed["cuda_forward"].symptom is Symptom.BUILD_ERROR


def test_a_body_that_does_not_compile_is_none_for_a_gpu_either(pairs: dict[str, Pair]) -> None:
    pair = pairs["mapped"]
    right = text_of(pair, "cuda_forward")
    cooperative = right.replace(RESET, RESET + "        __syncthreads();\n")
    garbage = right.replace(RESET, RESET + "        __syncthreads() of all;\n")
    with Verifier(get_frontend("warp")) as verifier:
        good, bad = judged(verifier, pair.spec, [{"cuda_forward": each} for each in (cooperative, garbage)])
    assert str(good.verdict.unverified["cuda_forward"]) == "needs a GPU"
    assert bad.failed["cuda_forward"].symptom is Symptom.BUILD_ERROR

"""Graphs that are captured on the host: each launch that they make is kept with what it is given."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from synthesis import Pair, extract
from synthesis.core.stores.places import store_of
from synthesis.frontends.launched import Launched
from synthesis.making.recording.storage import KERNELS, entries_of, launches_of, read_kernel, read_launch, read_refused
from synthesis.verification.inputs import draw_inputs

pytestmark = pytest.mark.needs("warp")
PROGRAM = """
import numpy as np
import warp as wp

wp.config.log_level = wp.LOG_ERROR

@wp.struct
class Rates:
    flag: wp.int8
    rate: wp.float64
    offsets: wp.array(dtype=float)

@wp.kernel
def added(a: wp.array(dtype=float), b: wp.array(dtype=float)):
    i = wp.tid()
    b[i] = a[i] * 2.0 + b[i]

@wp.kernel
def scaled(flag: wp.int8, a: wp.array(dtype=float), along: wp.vec3, rates: Rates, n: wp.uint8):
    i = wp.tid()
    a[i] = a[i] * float(rates.rate) * along[1] * float(n) * float(flag) + rates.offsets[i] * float(rates.flag)

@wp.kernel
def counted(a: wp.array(dtype=float), left: wp.array(dtype=int), seen: wp.array(dtype=float)):
    seen[left[0]] = a[0] + float(left[0])
    left[0] = left[0] - 1

@wp.kernel
def doubled(values: wp.array2d(dtype=float), out: wp.array2d(dtype=float)):
    i, j = wp.tid()
    tile = wp.tile_load(values, shape=(4, 4), offset=(i * 4, j * 4))
    wp.tile_store(out, tile * 2.0, offset=(i * 4, j * 4))

@wp.kernel
def never(a: wp.array(dtype=float)):
    a[wp.tid()] = 0.0

def make(rate: float):
    @wp.kernel
    def alike(a: wp.array(dtype=float)):
        a[wp.tid()] = a[wp.tid()] * rate
    return alike

twice, thrice = make(2.0), make(3.0)

def main():
    a = wp.array(np.linspace(0.5, 1.0, 8), dtype=float, device="cpu")
    b = wp.zeros(8, dtype=float, device="cpu")
    seen = wp.zeros(8, dtype=float, device="cpu")
    left = wp.array([3], dtype=int, device="cpu")
    rates = Rates()
    rates.flag, rates.rate, rates.offsets = wp.int8(1), wp.float64(0.03125), wp.zeros(8, dtype=float, device="cpu")
    square = wp.array(np.arange(64.0).reshape(8, 8), dtype=float, device="cpu")
    out = wp.zeros_like(square)
    with wp.ScopedCapture(device="cpu") as capture:
        wp.launch(added, dim=8, inputs=[a], outputs=[b], device="cpu")
        given = [wp.int8(1), a, wp.vec3(0.0, 1.0, 0.0), rates, wp.uint8(2)]
        command = wp.launch(scaled, dim=8, inputs=given, device="cpu", record_cmd=True)
        command.launch()
        wp.capture_while(left, lambda: wp.launch(counted, dim=1, inputs=[a, left], outputs=[seen], device="cpu"))
        wp.launch_tiled(doubled, dim=[2, 2], inputs=[square], outputs=[out], block_dim=32, device="cpu")
        for each in (twice, thrice):
            wp.launch(each, dim=8, inputs=[b], device="cpu")
    with wp.ScopedCapture(device="cpu"):
        wp.launch(never, dim=8, inputs=[a], device="cpu")
    a.fill_(1.5)
    for _ in range(3):
        wp.capture_launch(graph=capture.graph)
    print([each.numpy().tolist() for each in (a, b, seen, out)])

main()
"""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graphs")
    (folder / "graphs.py").write_text(PROGRAM)
    plain = subprocess.run([sys.executable, folder / "graphs.py"], capture_output=True, check=True, env=os.environ)
    command = [sys.executable, "-m", "synthesis", "record", "--out", str(folder / "kept"), "--"]
    found = subprocess.run([*command, str(folder / "graphs.py")], capture_output=True, check=True)
    assert found.stdout == plain.stdout
    return folder / "kept"


def launches(kept: Path, name: str) -> list[Launched]:
    store = store_of(kept)
    folders = [each.partition("/")[2] for each in entries_of(store) if each.startswith(KERNELS)]
    (folder,) = [each for each in folders if read_kernel(store, each).spec.name == name]
    return [read_launch(store, folder, each) for each in launches_of(store, folder)]


def test_each_launch_is_kept_with_what_it_is_given_whatever_the_graph_did_before(kept: Path) -> None:
    scaled = sorted(float(each.values["a"][0]) for each in launches(kept, "scaled"))
    assert scaled == [0.005859375, 0.09375, 1.5]
    assert all(float(each.values["rates.rate"]) == 0.03125 for each in launches(kept, "scaled"))
    assert all(each.values["n"].tolist() == 2 for each in launches(kept, "scaled"))
    assert {float(each.values["b"][0]) for each in launches(kept, "added")} >= {0.0, 27.0}


def test_launches_of_a_loop_are_kept_as_it_goes_on(kept: Path) -> None:
    seen = {int(each.values["left"][0]): each.values["seen"] for each in launches(kept, "counted")}
    assert sorted(seen) == [1, 2, 3]
    assert np.count_nonzero(seen[1]) == 2


def test_a_tiled_launch_stays_one(kept: Path) -> None:
    assert {(each.tiled, each.launch) for each in launches(kept, "doubled")} == {(True, (2, 2))}


def test_a_graph_that_is_never_launched_keeps_nothing_and_kernels_that_warp_confuses_are_noted(kept: Path) -> None:
    store = store_of(kept)
    names = [each.partition("/")[::2] for each in entries_of(store)]
    assert len([folder for folder, _ in names if folder == KERNELS.rstrip("/")]) == 4
    (note,) = [read_refused(store, name) for folder, name in names if folder != KERNELS.rstrip("/")]
    assert (note.kernel, "another kernel with its name" in note.why) == ("alike", True)


def test_rows_are_proved_on_it(kept: Path) -> None:
    found = {each.spec.name: each for each in extract(recorded=kept) if isinstance(each, Pair)}
    assert set(found) == {"added", "scaled", "counted", "doubled"}
    for each in found.values():
        assert {"cpp_forward", "cuda_forward"} <= set(each.verdict.verified), (each.spec.name, each.verdict.unverified)
    assert draw_inputs(found["scaled"].spec.signature, 0)["a"][0] in (0.005859375, 0.09375, 1.5)

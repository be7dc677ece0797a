"""``irsmith generate``."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from synthesis.batch_generator import CHUNK_SIZE, KERNELS_PER_MODULE
from synthesis.cli.tables import print_summary
from synthesis.generator import parse_difficulty
from synthesis.pipeline import run_pipeline


def generate(
    *,
    frontend: str,
    count: int,
    out: Path,
    seed: int = 0,
    category: Annotated[list[str] | None, Parameter(negative="")] = None,
    level: Annotated[list[str] | None, Parameter(negative="")] = None,
    device: str | None = None,
    verify: str = "all",
    ptx: str = "none",
    wrong_adjoints: float | None = None,
    difficulty: str | None = None,
    kernels_per_module: int = KERNELS_PER_MODULE,
    chunk_size: int = CHUNK_SIZE,
    format: Literal["json"] = "json",  # noqa: A002 (the option's name; one format so far)
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Draw kernels and write each with its IR as a file.

    Examples:

        irsmith generate --frontend warp --count 120 --out pairs/warp

        irsmith generate --frontend jax --count 50 --seed 7 --category linalg --level hlo --out pairs/linalg

    Parameters
    ----------
    frontend: str
        warp or jax.
    count: int
        Candidates to draw; the summary says how many rows they made.
    out: Path
        Folder to write to. The same command again writes the same bytes.
    seed: int
        Any integer; another seed gives other kernels.
    category: list[str]
        Draw from this category only; may be given several times.
    level: list[str]
        Make this level of IR instead of the default ones; may be given several times.
    device: str
        What the IR is for: cpu, cuda or cpu+cuda (Warp); cpu, cuda or tpu (JAX).
    verify: str
        Whose texts are proved by execution: all, none, or a share, as in sample:0.1.
    ptx: str
        Of those, whose CUDA texts are compiled to PTX by NVRTC too: all, none, or a share.
    wrong_adjoints: float
        Share of kernels whose adjoints Warp is known to get wrong, 0 to 1, in the categories that have such kernels;
        they keep their forward texts. One in seven or so if it is not said.
    difficulty: str
        1 to 5, from a map of a line or two to kernels of a hundred lines; or a mix, as in 1:0.2,3:0.8. All of them,
        mostly 2 and 3, if it is not said. Kernels that have no version of a difficulty (most have none of 1) are drawn
        at the others of a mix.
    kernels_per_module: int
        Kernels that share a Python module while they are lowered. No row depends on it.
    chunk_size: int
        Candidates a chunk. A run that was killed is continued, by the same command, from the last whole chunk.
    format: str
        How pairs are written.
    json: bool
        Print the summary as JSON.
    """
    summary = run_pipeline(
        count,
        out,
        frontend=frontend,
        seed=seed,
        categories=category,
        levels=level,
        device=device,
        verify=verify,
        ptx=ptx,
        wrong_adjoints=wrong_adjoints,
        difficulty=None if difficulty is None else parse_difficulty(difficulty),
        kernels_per_module=kernels_per_module,
        chunk_size=chunk_size,
        progress=not json,
    )
    print_summary(summary, as_json=json)

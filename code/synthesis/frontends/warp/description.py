"""The description of Warp for the rest of irsmith, which is available without Warp."""

from synthesis.frontends.base import Description, Passage
from synthesis.frontends.warp.facts import call_facts

DESCRIPTION = Description(
    tool="NVIDIA Warp",
    unit="kernel",
    modules=("warp",),
    conventions=(
        "the kernel's own structs, functions and kernel alone; no comments, no line directives, no includes; names "
        "without Warp's hashes; helper functions that the kernel reaches are numbered in that order, as in f_0"
    ),
    passages=(
        Passage("cpp_forward", "cuda_forward", "port"),
        Passage("cpp_backward", "cuda_backward", "port"),
        Passage("cuda_forward", "cpp_forward", "port"),
        Passage("cuda_backward", "cpp_backward", "port"),
        Passage("cpp_forward", "cpp_backward", "derive"),
        Passage("cuda_forward", "cuda_backward", "derive"),
        Passage("cuda_forward+cuda_backward", "ptx"),
        Passage("ptx", "cubin_sass"),
    ),
    call_facts=call_facts,
    tags=("nvidia-warp", "cuda", "c++"),
    text_seconds=1.0,
)

"""Names of levels, tools and files in prompts and documents."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from synthesis.dataset.storage.documents import Document
from synthesis.views.directions import PYTHON

_DERIVED = {
    "vjp_": " of its vector-Jacobian product",
    "jvp_": " of its Jacobian-vector product",
}
_LEVELS = {
    "cpp_forward": "the C++ that Warp generates for the CPU, forward pass",
    "cpp_backward": "the C++ that Warp generates for the CPU, backward pass",
    "cuda_forward": "the CUDA C++ that Warp generates, forward pass",
    "cuda_backward": "the CUDA C++ that Warp generates, backward pass",
    "ptx": "the PTX that NVRTC makes of Warp's CUDA C++ for compute capability 8.0, all passes in one text",
    "cubin_sass": "the SASS for compute capability 8.0 as nvdisasm prints it, all passes in one text",
    "jaxpr": "the jaxpr",
    "stablehlo": "the StableHLO",
    "hlo": "the HLO before XLA's passes",
    "optimized_hlo": "the HLO after XLA's passes for the CPU",
    "llvm_ir": "the LLVM IR that XLA's CPU compiler hands to LLVM",
    "mosaic": "the Mosaic MLIR of the Pallas kernels that it calls",
    "triton": "the Triton MLIR of the Pallas kernels that it calls",
    "ttir": "the Triton IR",
    "ttgir": "the Triton GPU IR, with the layouts of tensors",
    "llir": "the LLVM IR that Triton makes",
    "sass": "the SASS of the assembled PTX as nvdisasm prints it",
    "amdgcn": "the assembly for AMD's GPU",
}
_LEVELS_OF = {("triton", "ptx"): "the PTX that Triton makes"}
"""The names of levels that another front end has, too, by front end and level."""
_TOOLS = {"warp": "NVIDIA Warp", "jax": "JAX", "triton": "Triton"}
_UNITS = {"warp": "kernel", "jax": "function", "triton": "kernel"}
_FENCES = {
    "C++": "cpp", "CUDA": "cuda", "PTX": "ptx", "SASS": "sass", "jaxpr": "jaxpr", "MLIR": "mlir", "HLO": "hlo",
    "LLVM IR": "llvm", "AMDGCN": "asm",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Words:
    """The names to use for one row."""

    document: Document

    @property
    def tool(self) -> str:
        """The name of the front end's tool."""
        return _TOOLS.get(self.document.frontend, self.document.frontend)

    @property
    def unit(self) -> str:
        """The tool's word for a program: kernel or function."""
        return _UNITS.get(self.document.frontend, "function")

    @property
    def versions(self) -> str:
        """The versions of the packages that the texts depend on."""
        toolchain: Mapping[str, str] = self.document.metadata["toolchain"]
        return ", ".join(f"{name} {version}" for name, version in toolchain.items())

    def form(self, name: str) -> str:
        """Return the name of the source or a level within a sentence."""
        if name == PYTHON:
            return f"the {self.tool} {self.unit} in Python"
        for prefix, words in _DERIVED.items():
            if name.startswith(prefix):
                return f"{self.form(name.removeprefix(prefix))}{words}"
        level = self.document.level(name)
        known = _LEVELS_OF.get((self.document.frontend, name)) or _LEVELS.get(name)
        return known or (f"the text {name}" if level is None else f"the {level.language.name} text {name}")

    def title(self, name: str) -> str:
        """Return the name of the source or a level as a heading."""
        form = self.form(name).removeprefix("the ")
        return form[:1].upper() + form[1:] if form[1:2].islower() and not form.startswith("jaxpr") else form

    def text(self, name: str) -> str:
        """Return the source, or the text of a level.

        Raises:
            KeyError: if the row has none.
        """
        found = self.document.source if name == PYTHON else self.document.texts[name]
        if found is None:
            raise KeyError(name)
        return found

    def fenced(self, name: str, text: str | None = None) -> str:
        """Return the source or a level's text, or another text in its place, in a Markdown fence."""
        level = self.document.level(name)
        language = "python" if name == PYTHON else "" if level is None else _FENCES.get(level.language.name, "")
        return fence(self.text(name) if text is None else text, language)


def fence(text: str, language: str) -> str:
    """Return a text in a Markdown fence that is longer than any row of backticks in it."""
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{text}{'' if text.endswith(chr(10)) else chr(10)}{ticks}"

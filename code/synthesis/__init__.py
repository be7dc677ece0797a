"""irsmith: pairs of Python kernels and the compiler IR made of them, from NVIDIA Warp and JAX.

This package's public names are listed here. Importing it imports neither Warp nor JAX; a front end is loaded when
it is first asked for.
"""

from synthesis.batch_generator import BatchGenerator
from synthesis.errors import (
    ConfigError,
    IrsmithError,
    KernelError,
    MachineError,
    MissingFrontendError,
    OutputError,
    Stage,
    Symptom,
    TargetError,
    UnknownNameError,
    UsageError,
)
from synthesis.examples import Examples, example
from synthesis.extraction import discover, extract
from synthesis.generator import KernelGenerator
from synthesis.ir_extractor import extract_ir
from synthesis.pipeline import (
    SynthesisPipeline,
    compile_kernel_from_source,
    extract_ir_from_kernel,
    generate,
    run_pipeline,
    synthesize_pair,
)
from synthesis.records import Argument, Domain, Gradient, KernelSpec, Origin, Pair, Rejection, Role, Signature, Verdict
from synthesis.registry import frontend_names, get_frontend
from synthesis.settings import Drawing, Extraction, Making, Run
from synthesis.tally import RunSummary
from synthesis.version import __version__

__all__ = [
    "Argument",
    "BatchGenerator",
    "ConfigError",
    "Domain",
    "Drawing",
    "Examples",
    "Extraction",
    "Gradient",
    "IrsmithError",
    "KernelError",
    "KernelGenerator",
    "KernelSpec",
    "MachineError",
    "Making",
    "MissingFrontendError",
    "Origin",
    "OutputError",
    "Pair",
    "Rejection",
    "Role",
    "Run",
    "RunSummary",
    "Signature",
    "Stage",
    "Symptom",
    "SynthesisPipeline",
    "TargetError",
    "UnknownNameError",
    "UsageError",
    "Verdict",
    "__version__",
    "compile_kernel_from_source",
    "discover",
    "example",
    "extract",
    "extract_ir",
    "extract_ir_from_kernel",
    "frontend_names",
    "generate",
    "get_frontend",
    "run_pipeline",
    "synthesize_pair",
]

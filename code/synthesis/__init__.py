"""irsmith: pairs of Python kernels and the compiler IR made of them, from NVIDIA Warp and JAX.

This package's public names are listed here. Importing it imports next to nothing: the module of a name is imported when
that is first asked for, and a front end when one is first needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from synthesis.version import __version__

if TYPE_CHECKING:
    from synthesis.batch_generator import BatchGenerator
    from synthesis.comparing.folders import Comparison, compare
    from synthesis.comparing.pairs import compare_row
    from synthesis.dataset.finalising import finalize
    from synthesis.errors import (
        ConfigError,
        IrsmithError,
        KernelError,
        LeakError,
        MachineError,
        MissingFrontendError,
        MissingLibraryError,
        OutputError,
        Stage,
        Symptom,
        TargetError,
        UnknownNameError,
        UnsupportedReleaseError,
        UsageError,
    )
    from synthesis.evaluation.evaluating import evaluate
    from synthesis.evaluation.report import Report
    from synthesis.evaluation.settings import Evaluating
    from synthesis.examples import Examples, example
    from synthesis.explorer.site import explore
    from synthesis.extraction import discover, extract
    from synthesis.generator import KernelGenerator
    from synthesis.ir_extractor import extract_ir
    from synthesis.output.index import RowIndex
    from synthesis.pipeline import (
        SynthesisPipeline,
        compile_kernel_from_source,
        extract_ir_from_kernel,
        generate,
        run_pipeline,
        synthesize_pair,
    )
    from synthesis.recording.active import record
    from synthesis.recording.settings import Recording
    from synthesis.records import (
        Argument,
        Domain,
        Gradient,
        KernelSpec,
        Origin,
        Pair,
        Rejection,
        Role,
        Signature,
        Verdict,
    )
    from synthesis.registry import frontend_names, get_frontend
    from synthesis.relowering import relower
    from synthesis.scoring.answers import Answer
    from synthesis.scoring.calling import score
    from synthesis.scoring.rows import row_of
    from synthesis.scoring.scorer import Scorer
    from synthesis.scoring.scores import Score
    from synthesis.scoring.settings import Scoring
    from synthesis.settings import Drawing, Extraction, Finishing, Making, Relowering, Run, Running
    from synthesis.tally import RunSummary
    from synthesis.views.exporting import export, view_records
    from synthesis.views.settings import Export
    from synthesis.views.summary import ExportSummary

__all__ = [
    "Answer",
    "Argument",
    "BatchGenerator",
    "Comparison",
    "ConfigError",
    "Domain",
    "Drawing",
    "Evaluating",
    "Examples",
    "Export",
    "ExportSummary",
    "Extraction",
    "Finishing",
    "Gradient",
    "IrsmithError",
    "KernelError",
    "KernelGenerator",
    "KernelSpec",
    "LeakError",
    "MachineError",
    "Making",
    "MissingFrontendError",
    "MissingLibraryError",
    "Origin",
    "OutputError",
    "Pair",
    "Recording",
    "Rejection",
    "Relowering",
    "Report",
    "Role",
    "RowIndex",
    "Run",
    "RunSummary",
    "Running",
    "Score",
    "Scorer",
    "Scoring",
    "Signature",
    "Stage",
    "Symptom",
    "SynthesisPipeline",
    "TargetError",
    "UnknownNameError",
    "UnsupportedReleaseError",
    "UsageError",
    "Verdict",
    "__version__",
    "compare",
    "compare_row",
    "compile_kernel_from_source",
    "discover",
    "evaluate",
    "example",
    "explore",
    "export",
    "extract",
    "extract_ir",
    "extract_ir_from_kernel",
    "finalize",
    "frontend_names",
    "generate",
    "get_frontend",
    "record",
    "relower",
    "row_of",
    "run_pipeline",
    "score",
    "synthesize_pair",
    "view_records",
]

_MODULES = {
    "Answer": "scoring.answers",
    "Argument": "records",
    "BatchGenerator": "batch_generator",
    "Comparison": "comparing.folders",
    "ConfigError": "errors",
    "Domain": "records",
    "Drawing": "settings",
    "Evaluating": "evaluation.settings",
    "Examples": "examples",
    "Export": "views.settings",
    "ExportSummary": "views.summary",
    "Extraction": "settings",
    "Finishing": "settings",
    "Gradient": "records",
    "IrsmithError": "errors",
    "KernelError": "errors",
    "KernelGenerator": "generator",
    "KernelSpec": "records",
    "LeakError": "errors",
    "MachineError": "errors",
    "Making": "settings",
    "MissingFrontendError": "errors",
    "MissingLibraryError": "errors",
    "Origin": "records",
    "OutputError": "errors",
    "Pair": "records",
    "Recording": "recording.settings",
    "Rejection": "records",
    "Relowering": "settings",
    "Report": "evaluation.report",
    "Role": "records",
    "RowIndex": "output.index",
    "Run": "settings",
    "RunSummary": "tally",
    "Running": "settings",
    "Score": "scoring.scores",
    "Scorer": "scoring.scorer",
    "Scoring": "scoring.settings",
    "Signature": "records",
    "Stage": "errors",
    "Symptom": "errors",
    "SynthesisPipeline": "pipeline",
    "TargetError": "errors",
    "UnknownNameError": "errors",
    "UnsupportedReleaseError": "errors",
    "UsageError": "errors",
    "Verdict": "records",
    "compare": "comparing.folders",
    "compare_row": "comparing.pairs",
    "compile_kernel_from_source": "pipeline",
    "discover": "extraction",
    "evaluate": "evaluation.evaluating",
    "example": "examples",
    "explore": "explorer.site",
    "export": "views.exporting",
    "extract": "extraction",
    "extract_ir": "ir_extractor",
    "extract_ir_from_kernel": "pipeline",
    "finalize": "dataset.finalising",
    "frontend_names": "registry",
    "generate": "pipeline",
    "get_frontend": "registry",
    "record": "recording.active",
    "relower": "relowering",
    "row_of": "scoring.rows",
    "run_pipeline": "pipeline",
    "score": "scoring.calling",
    "synthesize_pair": "pipeline",
    "view_records": "views.exporting",
}
"""The module that each public name is in."""

if not TYPE_CHECKING:  # a type checker that saw it would take any name for one of ours

    def __getattr__(name: str) -> object:
        """The object of a public name, from its module."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found

    def __dir__() -> list[str]:
        """All names, whether their modules are imported yet or not."""
        return sorted({*globals(), *__all__})

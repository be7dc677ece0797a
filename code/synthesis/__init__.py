"""irsmith: pairs of Python kernels and the compiler IR made of them, from NVIDIA Warp, JAX and Triton.

The public names of the package are listed here. Importing it imports almost nothing: the module of a name is imported
when the name is first used, and a front end when it is first needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from synthesis.core.version import __version__

if TYPE_CHECKING:
    from synthesis.core.errors import (
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
    from synthesis.core.examples import Examples, example
    from synthesis.core.records import KernelSpec, Origin, Pair, Rejection
    from synthesis.core.run_settings import Extraction, Finishing, Relowering, Run, Running
    from synthesis.core.settings import Drawing, Making
    from synthesis.core.signatures import Argument, Domain, Role, Signature
    from synthesis.core.verdicts import Gradient, Verdict
    from synthesis.dataset.comparing.folders import Comparison, compare
    from synthesis.dataset.comparing.pairs import compare_row
    from synthesis.dataset.finalising import finalize
    from synthesis.dataset.storage.index import RowIndex
    from synthesis.dataset.tally import RunSummary
    from synthesis.frontends.registry import frontend_names, get_frontend
    from synthesis.generator import KernelGenerator
    from synthesis.making.ir_extractor import extract_ir
    from synthesis.making.recording.active import record
    from synthesis.making.recording.settings import Recording
    from synthesis.making.runs.batch_generator import BatchGenerator
    from synthesis.making.runs.extraction import discover, extract
    from synthesis.making.runs.relowering import relower
    from synthesis.pipeline import (
        SynthesisPipeline,
        compile_kernel_from_source,
        extract_ir_from_kernel,
        generate,
        run_pipeline,
        synthesize_pair,
    )
    from synthesis.scoring.answers import Answer
    from synthesis.scoring.calling import score
    from synthesis.scoring.evaluation.evaluating import evaluate
    from synthesis.scoring.evaluation.report import Report
    from synthesis.scoring.evaluation.settings import Evaluating
    from synthesis.scoring.rows import row_of
    from synthesis.scoring.scorer import Scorer
    from synthesis.scoring.scores import Score
    from synthesis.scoring.settings import Scoring
    from synthesis.views.explorer.site import explore
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
    "Argument": "core.signatures",
    "BatchGenerator": "making.runs.batch_generator",
    "Comparison": "dataset.comparing.folders",
    "ConfigError": "core.errors",
    "Domain": "core.signatures",
    "Drawing": "core.settings",
    "Evaluating": "scoring.evaluation.settings",
    "Examples": "core.examples",
    "Export": "views.settings",
    "ExportSummary": "views.summary",
    "Extraction": "core.run_settings",
    "Finishing": "core.run_settings",
    "Gradient": "core.verdicts",
    "IrsmithError": "core.errors",
    "KernelError": "core.errors",
    "KernelGenerator": "generator",
    "KernelSpec": "core.records",
    "LeakError": "core.errors",
    "MachineError": "core.errors",
    "Making": "core.settings",
    "MissingFrontendError": "core.errors",
    "MissingLibraryError": "core.errors",
    "Origin": "core.records",
    "OutputError": "core.errors",
    "Pair": "core.records",
    "Recording": "making.recording.settings",
    "Rejection": "core.records",
    "Relowering": "core.run_settings",
    "Report": "scoring.evaluation.report",
    "Role": "core.signatures",
    "RowIndex": "dataset.storage.index",
    "Run": "core.run_settings",
    "RunSummary": "dataset.tally",
    "Running": "core.run_settings",
    "Score": "scoring.scores",
    "Scorer": "scoring.scorer",
    "Scoring": "scoring.settings",
    "Signature": "core.signatures",
    "Stage": "core.errors",
    "Symptom": "core.errors",
    "SynthesisPipeline": "pipeline",
    "TargetError": "core.errors",
    "UnknownNameError": "core.errors",
    "UnsupportedReleaseError": "core.errors",
    "UsageError": "core.errors",
    "Verdict": "core.verdicts",
    "compare": "dataset.comparing.folders",
    "compare_row": "dataset.comparing.pairs",
    "compile_kernel_from_source": "pipeline",
    "discover": "making.runs.extraction",
    "evaluate": "scoring.evaluation.evaluating",
    "example": "core.examples",
    "explore": "views.explorer.site",
    "export": "views.exporting",
    "extract": "making.runs.extraction",
    "extract_ir": "making.ir_extractor",
    "extract_ir_from_kernel": "pipeline",
    "finalize": "dataset.finalising",
    "frontend_names": "frontends.registry",
    "generate": "pipeline",
    "get_frontend": "frontends.registry",
    "record": "making.recording.active",
    "relower": "making.runs.relowering",
    "row_of": "scoring.rows",
    "run_pipeline": "pipeline",
    "score": "scoring.calling",
    "synthesize_pair": "pipeline",
    "view_records": "views.exporting",
}
"""The module of each public name."""

if not TYPE_CHECKING:  # with it, type checkers would accept any name

    def __getattr__(name: str) -> object:
        """Import a public name from its module."""
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
        return found

    def __dir__() -> list[str]:
        """Return all names, whether or not their modules have been imported."""
        return sorted({*globals(), *__all__})

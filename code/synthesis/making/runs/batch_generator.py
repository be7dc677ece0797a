"""The batch generator: makes many drawn candidates in chunks. It can be killed at any moment and resumed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from synthesis.core.progress import OnProgress
from synthesis.core.run_settings import Run, Running
from synthesis.core.version import __version__
from synthesis.dataset.tally import RunSummary
from synthesis.frontends.base import Frontend
from synthesis.making.runs.chunked_run import ChunkedRun
from synthesis.making.sources.drawn import DrawnKernels


class BatchGenerator:
    """Makes the pairs of many drawn candidates and writes them into a folder.

    Args:
        frontend: a front end or its name.
        settings: fields of :class:`synthesis.Run` by name, such as ``seed``, ``category`` or ``chunk_size``.

    Raises:
        UnknownNameError: for an unknown front end, category, recipe, level or device.
        ConfigError: for an unknown setting, an invalid value, or a level that does not exist for the device.
        MissingFrontendError: if the front end's package is not installed.

    Example:
        >>> BatchGenerator("warp", seed=7).run(1000, "pairs").rows  # doctest: +SKIP
        1000
    """

    def __init__(self, frontend: str | Frontend, **settings: Any) -> None:
        name = frontend if isinstance(frontend, str) else frontend.name
        chosen = None if isinstance(frontend, str) else frontend
        self._work_with(Run.of(frontend=name, **{"count": 0, **settings}), chosen)

    @classmethod
    def of(cls, settings: Run) -> "BatchGenerator":
        """Return the batch generator for a settings record."""
        batch = cls.__new__(cls)
        batch._work_with(settings, None)
        return batch

    def _work_with(self, settings: Run, frontend: Frontend | None) -> None:
        self._is_given = frontend is not None
        self.source = DrawnKernels(settings, settings, frontend=frontend)
        """The source of the candidates."""
        self.settings = replace(
            settings,
            kernels=self.source.generator.drawing.kernels,
            category=self.source.categories,
            level=tuple(level.name for level in self.source.levels),
            device=self.source.device,
        )
        """The settings, with the front end's defaults filled in."""

    def run(
        self,
        count: int | None = None,
        out: str | Path = "",
        *,
        on_progress: OnProgress | None = None,
        **running: Any,
    ) -> RunSummary:
        """Write the pairs of candidates 0 … count-1 as a data set into a folder.

        The same settings give the same bytes on any machine. Calling it again resumes a run that was stopped. The count
        may then be larger; all other settings must be the same.

        Args:
            count: the number of candidates; that of the settings if None.
            out: the folder, or a URL that fsspec supports; created if it does not exist.
            on_progress: called with progress, many times a second.
            running: fields of :class:`synthesis.Running` by name, such as ``workers``, ``engine`` or ``format``. The
                default of ``progress`` is ``none``.

        Returns:
            A summary of the outcomes. If the run is not finalised, repeats are not removed yet, and only the chunks of
            this rank are counted.

        Raises:
            ConfigError: if the count is negative, or the folder holds another run or something else.
            OutputError: if the folder cannot be written.
            MachineError: if candidates cannot be made on this machine.
        """
        return self.run_with(Running.of(**{"progress": "none", **running}), count, out, on_progress=on_progress)

    def run_with(
        self,
        running: Running,
        count: int | None = None,
        out: str | Path = "",
        *,
        on_progress: OnProgress | None = None,
    ) -> RunSummary:
        """Write the pairs of candidates as a data set into a folder; see :meth:`run`."""
        return self.chunked(count).run(running, out, on_progress=on_progress)

    def chunked(self, count: int | None = None) -> ChunkedRun:
        """Return the run in chunks, with ``count`` candidates or the number in the settings."""
        settings = self.settings if count is None else replace(self.settings, count=count)
        return ChunkedRun(settings, self.toolchain(), source=self.source, alone=self._is_given)

    def toolchain(self) -> dict[str, str]:
        """Return the versions that the texts depend on besides the settings, including irsmith's."""
        return {"irsmith": __version__, **self.source.frontend.compiler.toolchain()}

"""The settings of a harvest."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import platformdirs
from packaging.utils import canonicalize_name

from synthesis.core.errors import ConfigError
from synthesis.core.licences import PERMISSIVE
from synthesis.core.run_settings import Extraction, Running
from synthesis.core.setting_values import seconds_of
from synthesis.making.harvesting.environment import Environment, usual_folder
from synthesis.making.harvesting.requested import RequestedPackage, read_requested


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """The packages to harvest and how rows are made of them."""

    requested: tuple[RequestedPackage, ...]
    extraction: Extraction
    running: Running
    environments: Path | None = None
    """The folder of the packages' environments, one for each; None for the user's cache."""
    package_time: float | None = None
    """Seconds that a package may take to be installed, recorded and extracted; None for no limit."""
    pretend_gpu: bool = False
    """Whether PyTorch reports a GPU to the recorded programs."""

    @classmethod
    def of(
        cls,
        requirements: Path,
        extraction: Extraction,
        running: Running,
        environments: Path | None = None,
        *,
        packages: Sequence[str] = (),
        package_time: float | None = None,
        pretend_gpu: bool = False,
    ) -> "Harvest":
        """Return the settings of a harvest from a file of requirements and other settings.

        Args:
            requirements: the file.
            extraction: how kernels are extracted.
            running: how runs are executed, and the format of the data set.
            environments: the folder of the packages' environments.
            packages: names of packages of the file; all if empty.
            package_time: the seconds that a package may take.
            pretend_gpu: whether PyTorch reports a GPU to the recorded programs.

        Raises:
            ConfigError: if the file cannot be used, or a setting has no meaning for a harvest.
        """
        for name in ("inputs", "arg"):
            if getattr(extraction, name) is not None:
                raise ConfigError(f"{name} is for kernels that are known by name; use it with irsmith extract")
        if running.world_size != 1 or running.engine != "local" or running.no_finalize:
            raise ConfigError("a harvest runs on this machine only, and always finalises its data set")
        requested = _chosen(read_requested(requirements), packages, requirements)
        return cls(
            requested=requested,
            extraction=replace(extraction, licence=extraction.licence or PERMISSIVE),
            running=running,
            environments=environments.absolute() if environments is not None else None,
            package_time=None if package_time is None else seconds_of("package_time", package_time),
            pretend_gpu=pretend_gpu,
        )

    def environment_of(self, requested: RequestedPackage) -> Environment:
        """Return the environment of a package."""
        if self.environments is not None:
            return Environment(self.environments / requested.name)
        return Environment(usual_folder(requested, Path(platformdirs.user_cache_path("irsmith"))))

    @property
    def making(self) -> Running:
        """The settings with which the run of each package is made. Only the data set of all runs is finalised."""
        usual = Running()
        kept = {"workers": self.running.workers, "progress": self.running.progress, "no_finalize": True}
        return replace(usual, **{each.name: kept[each.name] for each in fields(Running) if each.name in kept})


def _chosen(
    requested: Sequence[RequestedPackage], names: Sequence[str], requirements: Path
) -> tuple[RequestedPackage, ...]:
    """Return the packages with the given names, or all if none is given.

    Raises:
        ConfigError: with the names that are not in the file.
    """
    chosen = {canonicalize_name(name) for name in names}
    if unknown := sorted(chosen - {each.name for each in requested}):
        raise ConfigError(f"{requirements} has no package {', '.join(unknown)}")
    return tuple(each for each in requested if not chosen or each.name in chosen)

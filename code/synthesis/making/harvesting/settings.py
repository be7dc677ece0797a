"""The settings of a harvest."""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import platformdirs

from synthesis.core.errors import ConfigError
from synthesis.core.licences import PERMISSIVE
from synthesis.core.run_settings import Extraction, Running
from synthesis.making.harvesting.environment import Environment, usual_folder
from synthesis.making.harvesting.wanted import Wanted, read_wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """The packages to harvest and how rows are made of them."""

    wanted: tuple[Wanted, ...]
    extraction: Extraction
    running: Running
    environment: Environment

    @classmethod
    def of(cls, requirements: Path, extraction: Extraction, running: Running, environment: Path | None) -> "Harvest":
        """Return the settings of a harvest from a file of requirements and other settings.

        Raises:
            ConfigError: if the file cannot be used, or a setting has no meaning for a harvest.
        """
        for name in ("inputs", "arg"):
            if getattr(extraction, name) is not None:
                raise ConfigError(f"{name} is of kernels that are known by name; irsmith extract takes it")
        if running.world_size != 1 or running.engine != "local" or running.no_finalize:
            raise ConfigError("a harvest is done by this machine alone, and ends with a data set")
        wanted = tuple(read_wanted(requirements))
        cache = Path(platformdirs.user_cache_path("irsmith"))
        folder = environment.absolute() if environment is not None else usual_folder(wanted, cache)
        licences = extraction.licence or PERMISSIVE
        return cls(
            wanted=wanted,
            extraction=replace(extraction, licence=licences),
            running=running,
            environment=Environment(folder),
        )

    @property
    def making(self) -> Running:
        """The running settings of each package's run, which is not finalised. The data set is finalised at the end."""
        usual = Running()
        kept = {"workers": self.running.workers, "progress": self.running.progress, "no_finalize": True}
        return replace(usual, **{each.name: kept[each.name] for each in fields(Running) if each.name in kept})

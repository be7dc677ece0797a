"""The releases of its tools that a front end supports, compared with the installed ones.

Versions are read only here, from the metadata of packages, so that no tool has to be imported.
"""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from packaging.version import InvalidVersion, Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Supported:
    """The supported releases of one distribution."""

    distribution: str
    oldest: str
    """The oldest supported release. An older one is refused."""
    tested: tuple[str, ...]
    """The releases that pass all tests, in ascending order. A newer one is used with a warning."""
    part_of: str | None = None
    """A distribution of the same front end that must not be older than this one and should have the same version."""


PYTHON = Supported(distribution="Python", oldest="3.11", tested=("3.11", "3.12", "3.13"))
"""The supported releases of Python. pip refuses to install irsmith in an older one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """An installed distribution, compared with the supported releases."""

    supported: Supported
    version: str | None
    """The installed version; None if it is not installed."""

    @property
    def is_tested(self) -> bool:
        """Whether exactly this release was tested."""
        return self.version is not None and _public(self.version) in map(_public, self.supported.tested)

    @property
    def is_too_old(self) -> bool:
        """Whether the installed release is older than the oldest supported one."""
        found = _public(self.version) if self.version is not None else None
        return found is not None and found < Version(self.supported.oldest)

    @property
    def is_too_new(self) -> bool:
        """Whether it is newer than every tested release, or has a version that cannot be compared."""
        if self.version is None:
            return False
        found = _public(self.version)
        return found is None or found > max(map(Version, self.supported.tested))


def _public(text: str) -> Version | None:
    """Return a version without its local label, such as ``cu13`` in ``1.19.0+cu13``; None if it is invalid."""
    try:
        return Version(Version(text).public)
    except InvalidVersion:
        return None


def is_release(text: object) -> bool:
    """Return whether a value is the version of a release, such as 1.19.0."""
    return isinstance(text, str) and _public(text) is not None


def version_of(distribution: str) -> str | None:
    """Return the version of a distribution; None if it is not installed."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def versions_of(supported: Sequence[Supported]) -> dict[str, str]:
    """Return the versions of those distributions that are installed, by name."""
    found = {each.distribution: version_of(each.distribution) for each in supported}
    return {name: text for name, text in found.items() if text is not None}


def find_installed(supported: Sequence[Supported]) -> list[Installed]:
    """Return the installation state of each distribution."""
    return [Installed(supported=each, version=version_of(each.distribution)) for each in supported]


def this_python() -> Installed:
    """Return the Python that runs this process, with its feature release, such as 3.13, as the version."""
    return Installed(supported=PYTHON, version=".".join(platform.python_version_tuple()[:2]))


def find_refusal(installed: Sequence[Installed]) -> str | None:
    """Return the reason why installed distributions are refused; None if they are accepted."""
    versions = {each.supported.distribution: each.version for each in installed}
    for each in installed:
        name, whole = each.supported.distribution, each.supported.part_of
        if each.is_too_old:
            return f"it needs {name} {each.supported.oldest} or later, and {each.version} is installed"
        if whole is not None and _is_newer(each.version, versions.get(whole)):
            return f"{name} {each.version} is newer than {whole} {versions[whole]}, which does not work with it"
    return None


def find_warnings(installed: Sequence[Installed]) -> list[str]:
    """Return a line for each distribution that is newer than the tested releases or does not match its counterpart."""
    lines: list[str] = []
    versions = {each.supported.distribution: each.version for each in installed}
    for each in installed:
        name, whole = each.supported.distribution, each.supported.part_of
        if each.is_too_new:
            tested = ", ".join(each.supported.tested)
            lines.append(f"{name} {each.version} is newer than every release that irsmith was tested with ({tested})")
        if whole is not None and _is_newer(versions.get(whole), each.version):
            lines.append(f"{name} {each.version} and {whole} {versions[whole]} are different releases")
    return lines


def requirements_of(supported: Sequence[Supported]) -> str:
    """Return the distributions as arguments of ``pip install``."""
    return " ".join(f"'{each.distribution}>={each.oldest}'" for each in supported)


def _is_newer(one: str | None, other: str | None) -> bool:
    """Return whether one version is newer than another; False if one of them is unknown."""
    first, second = (_public(text) if text is not None else None for text in (one, other))
    return first is not None and second is not None and first > second

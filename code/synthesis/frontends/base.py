"""The interface of a front end, which connects irsmith to a tool that turns Python into IR.

A front end is a record of up to four parts: a drawer of kernels, a compiler, an optional prover that verifies texts by
execution, and an optional replayer of recorded launches. A new front end is a folder with such a record, and an entry
point in the group ``irsmith.frontends`` that names it. Nothing else in irsmith has to be edited.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt

from synthesis.core.errors import ConfigError, KernelError, UnknownNameError
from synthesis.core.examples import NO_EXAMPLES, Examples
from synthesis.core.languages import Language
from synthesis.core.records import KernelSpec, Rejection
from synthesis.core.signatures import Signature
from synthesis.core.verdicts import Unproved
from synthesis.drawing.kernel_files import Family, KernelFolder
from synthesis.drawing.kernel_files.using import OnTaken, ignore_parts
from synthesis.drawing.streams import Stream
from synthesis.frontends.launched import Launched, Mutation
from synthesis.frontends.linemap import NO_PLACES, LineMap, Places

Values = dict[str, npt.NDArray[Any]]
"""Argument or result name to array.

A plain value is an array with only its type's dimensions, such as ``(3,)`` of a vec3.
"""


class Direction(StrEnum):
    """What a text computes: the results, the cotangents of the arguments, or the results with their tangents."""

    FORWARD = "forward"
    BACKWARD = "backward"
    TANGENT = "tangent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One kind of IR text of a kernel, which is one column of a row."""

    name: str
    language: Language
    device: str | None = None
    """The only device that the level exists for; None if it exists for every device of the front end."""
    direction: Direction = Direction.FORWARD
    default: bool = True
    """Whether rows have the level by default."""
    made_by: str = ""
    """The tool that makes the text, as named in the front end's table."""
    run_by: str = ""
    """The tool that executes the text, as named in the front end's table; empty if none does."""
    run_again_by: str = ""
    """A description of a second tool that executes the text; empty if there is none.

    It runs if the results are wrong, to determine whether the text or the first tool is at fault.
    """
    deterministic: bool = True
    """Whether the same tools always produce the same bytes, on every machine."""
    by_program: bool = False
    """Whether making the text starts a program, which a sandboxed process may not do."""

    def has_to_be(self, made: str | None) -> bool:
        """Return whether a stored text must equal the text that the same tools make here.

        It need not if a program makes the text and no text was made here.
        """
        return self.deterministic and not (self.by_program and made is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A function that draws one family of kernels."""

    name: str
    category: str
    targets: tuple[str, ...]
    """The operations that can be requested. Every drawn kernel uses the requested one."""
    draw: Callable[[Stream, str], KernelSpec]
    """Draws a kernel with the stream's difficulty from a random stream and a target operation. A pure function."""
    difficulties: tuple[int, ...] = (2,)
    """The difficulties that can be requested, from :data:`synthesis.core.records.DIFFICULTIES`.

    Above 2, an application gets longer. Recipes that exist to cover an operation have no higher difficulty.
    """
    wrong_adjoints: tuple[str, ...] = ()
    """Targets whose adjoint the tool gets wrong with its default settings. Their kernels have forward texts only."""
    usual_mix: Mapping[int, float] | None = field(default=None, hash=False)
    """Weights of the difficulties if none is requested; None for the front end's default mix."""
    target_weights: Mapping[str, float] = field(default_factory=dict[str, float], hash=False)
    """Weights of targets within the category; 1 for a target that is not named.

    A lower weight keeps rows from repeating each other: for targets with few different programs
    (``benchmarks/distinct.py`` counts them by target), and for targets whose loops become the same lines many times
    over, which is rare in texts of applications. A higher weight makes up for an operation that would be too rare.
    """

    def weight_of(self, target: str) -> float:
        """Return the weight of a target within its category."""
        return self.target_weights.get(target, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOperation:
    """An operation of the tool, whether or not any drawn kernel uses it."""

    modelled: bool
    """Whether the reference models it. A kernel with an operation that is not modelled is not verified."""
    differentiable: bool
    """Whether the tool differentiates it."""
    excluded: str = ""
    """Why no kernel is drawn with it; empty if one is, or should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A kernel that the tool has accepted: its record and the live object."""

    spec: KernelSpec
    live: Any
    example_args: tuple[Any, ...] = ()
    """What the front end needs to lower the object, such as JAX's argument shapes."""
    module: str = ""
    """The module that ``load`` made for it; empty for a kernel of a user's program."""
    places: Places = NO_PLACES
    """Maps lines of its files to lines of its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """A kernel's IR texts by level name. A level that failed is None and has a rejection."""

    texts: Mapping[str, str | None]
    line_map: Mapping[str, LineMap]
    """The line map of each level, in lines of the kernel's source."""
    rejections: tuple[Rejection, ...] = ()


class ReferenceUnknownError(Exception):
    """The reference does not model the kernel; ``what`` names the construct or operation."""

    def __init__(self, what: str) -> None:
        super().__init__(f"no reference semantics for {what}")
        self.what = what


class ReferenceFaultError(Exception):
    """The kernel itself is at fault, by an index out of bounds, an integer division by zero or an endless loop."""


class ZeroDivisorError(ReferenceFaultError):
    """An integer division by zero."""


class OutOfBoundsError(ReferenceFaultError):
    """An index out of bounds.

    Args:
        size: the number of elements that can be indexed.
        needed: the number that the observed indices would need.
        array: the argument that is indexed; empty if the indexed object is not an argument.
        axis: the dimension of the array.
    """

    def __init__(self, size: int, needed: int, array: str = "", axis: int = 0) -> None:
        super().__init__(f"an index out of bounds of {size}")
        self.size, self.needed, self.array, self.axis = size, needed, array, axis


@dataclass(slots=True, kw_only=True)
class Trace:
    """What a reference records while it executes a kernel. Places are identified by the ``id`` of their object."""

    first: dict[int, int] = field(default_factory=dict[int, int])
    """Place to the number of the first run that reached it."""
    arms: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    """Place and arm of an expression to the number of the first run that selected from the arm."""
    whole: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    """Arms that were evaluated, whether selected or not, and whose values are not floating point."""
    left_out: set[int] = field(default_factory=set[int])
    """Places that the tool removes when it makes a text, such as a branch whose condition is known by then."""
    order: str | None = None
    """Something, such as an argument, whose values change if threads run in another order; None if nothing does."""
    singular: set[int] = field(default_factory=set[int])
    """Numbers of the runs that compute something at a point without a derivative.

    Examples are the length of a zero vector, and the closest of two points at equal distance, in a thread that changes
    memory afterwards. A gradient through it may be nothing but rounding error, or depend on rounding.
    """


@dataclass(frozen=True, slots=True)
class Shake:
    """Possible effects of rounding on a run, by the names of results."""

    off: Values
    """Results with every rounded number off by a unit in the last place, and with unchanged decisions."""
    turned: Sequence[Values]
    """Results with every comparison that rounding may turn decided the other way.

    If there are several such comparisons, results with only some of them turned follow, so that each is turned once.
    Empty if there is none.
    """
    unsettled: bool = False
    """Whether rounding may turn a decision of control flow, or change which of several elements is the extreme one."""


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm of an expression that selects, such as a case of ``where`` or an operand of a maximum."""

    words: str
    """Its name in messages."""
    slopes: bool
    """Whether its value depends on a differentiable input, so that the kernel's derivative goes through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How many of the places of a kernel (statements, equations) and arms of its expressions were reached."""

    places: int
    missed: tuple[str, ...] = ()
    """Descriptions of the places that were not reached, in the order of the code."""
    arms: int = 0
    """Number of arms of expressions."""
    untaken: tuple[Arm, ...] = ()
    """The arms that were never selected from."""
    sloping: tuple[str, ...] = ()
    """Descriptions of the missed places whose values depend on a differentiable input."""

    @property
    def underived(self) -> tuple[str, ...]:
        """Descriptions of everything missed that a derivative goes through."""
        return (*self.sloping, *(each.words for each in self.untaken if each.slopes))

    @property
    def statements(self) -> float:
        """The share of the places that were reached, from 0 to 1; 1 if there are none."""
        return 1 - len(self.missed) / self.places if self.places else 1.0

    @property
    def share(self) -> float:
        """The share of the places and arms that were reached, from 0 to 1; 1 if there are none."""
        every = self.places + self.arms
        return 1 - (len(self.missed) + len(self.untaken)) / every if every else 1.0


class Reference(Protocol):
    """The oracle of one kernel."""

    def __call__(self, runs: Sequence[Values], *, double: bool, trace: Trace | None = None) -> Sequence[Values]:
        """Compute the kernel on several inputs.

        Args:
            runs: every argument of each run, with the same shapes.
            double: whether to compute in float64 rather than in the kernel's own precision.
            trace: where to record the places that the runs reach; None to record nothing.

        Returns:
            For each run, the values that the outcome of a forward text is compared with.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def shaken(self, runs: Sequence[Values], *, seed: int) -> Sequence[Shake] | None:
        """Return the possible effects of rounding on each run, in the kernel's own precision.

        None if a text does the same operations as the reference, so that both are rounded alike.

        Args:
            runs: every argument of each run, with the same shapes.
            seed: seed of the directions in which numbers are off.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def shaken_again(self, runs: Sequence[Values], *, seed: int, opposite: bool = False) -> Sequence[Values]:
        """Return only ``Shake.off`` of each run; empty if ``shaken`` returns None.

        Args:
            runs: every argument of each run, with the same shapes.
            seed: seed of the directions in which numbers are off.
            opposite: whether to reverse the direction of every number.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def others(self, runs: Sequence[Values]) -> Sequence[Sequence[Values]]:
        """Return the other results that are right because the tool leaves an order open, in the kernel's precision.

        Args:
            runs: every argument of each run, with the same shapes.

        Returns:
            For each other order, the results of each run; empty if no order is open.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault in that order.
        """
        ...

    @property
    def unit(self) -> float:
        """A unit in the last place of the coarsest numbers in the computation; 0 if rounding does not matter.

        Rounding does not matter if a text does the same operations as the reference, so that both are rounded alike.
        """
        ...

    @property
    def work(self) -> float:
        """Approximate number of elements that one evaluation makes and reads, from shapes alone; 0 if not known."""
        ...

    @property
    def is_of_one_thread(self) -> bool:
        """Whether only one thread runs of a kernel that asks for its thread index; False without threads."""
        ...

    def reached(self, trace: Trace) -> Reached:
        """Return how much of the kernel the recorded runs reached, ignoring what the tool removes from a text."""
        ...


class Purpose(StrEnum):
    """What a text is run for."""

    DRAW = "draw"
    """Inputs are drawn from the domains, and the outcome is compared with the reference."""
    OVERLAP = "overlap"
    """As ``DRAW``, with one array as two arguments."""
    POINT = "point"
    """A smooth point. A backward text at the same point starts from the arrays that the forward text leaves."""
    TANGENT = "tangent"
    """A smooth point and a direction."""


@dataclass(frozen=True, slots=True)
class RunKey:
    """Identifies a run of a text: its purpose and its number among the runs for that purpose."""

    purpose: Purpose
    number: int = 0
    variant: int = 0
    """Which of several starts of a derivative's text at one point. The point's forward run is numbered 0."""


Runs = Mapping[RunKey, Values]
"""The initial values of each run: every argument, and for a backward text the adjoints or cotangents too."""
Outcome = Mapping[RunKey, Values]
"""The final values of each run: every array of a Warp kernel, or every result of a JAX function."""


def numbered(purpose: Purpose, values: Sequence[Values]) -> dict[RunKey, Values]:
    """Return the runs for one purpose, numbered in order."""
    return {RunKey(purpose, number): each for number, each in enumerate(values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A stored text with everything needed to run it. Nothing in it comes from a live object."""

    name: str
    """The kernel's name."""
    level: Level
    text: str
    signature: Signature
    runs: Runs
    follows: int | None = None
    """The number of the program whose outcome supplies arrays to this one's runs with the same keys."""
    compile_only: bool = False
    """Whether the text is only compiled for its device and not run. There are no runs then."""
    sketched: bool = False
    """Whether a text that is only compiled just has to be accepted by the host's compiler."""
    again: bool = False
    """Whether the text is executed by the tool that its level's ``run_again_by`` names."""
    accumulated: frozenset[str] = frozenset()
    """The arrays of which several threads change one element, and only by atomics."""
    separate: frozenset[str] = frozenset()
    """The arrays in which no thread may access, without atomics, an element that another thread writes.

    Empty for a text that was just made.
    """

    def after(self, left: Outcome) -> "Program":
        """Return the program with its runs started from the outcome of the program that it follows."""
        runs = {key: values | left.get(replace(key, variant=0), {}) for key, values in self.runs.items()}
        return replace(self, runs=runs, follows=None)


@dataclass(frozen=True, slots=True)
class Tamed:
    """An untrusted text in a form that may be run beside others."""

    text: str
    foreign: str | None = None
    """A description of something in it that the tool never prints; None if there is nothing, so that it may be run."""
    other: str | None = None
    """How its names and types differ from the row's kernel, as far as is known without running it."""
    broken: str | None = None
    """Why it is not valid in its language, for example because it is cut off; None if it may be valid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """Draws a front end's kernels."""

    categories: tuple[str, ...]
    """The categories of the recipes. A new category is added at the end."""
    recipes: tuple[Recipe, ...]
    """The recipes, in any order. The position of a recipe changes no kernel."""
    usual_mix: Mapping[int, float]
    """Weights of the difficulties if none is requested, close to those of kernels that people write."""
    weights: Mapping[str, int] = field(default_factory=dict[str, int])
    """Weights of the categories in the default mix; 1 for a category that is not named."""
    recipe_of: Callable[[Family, OnTaken], Recipe] | None = None
    """Makes a recipe of a kernel file, or raises ``KernelFileError``; None if the front end draws no kernel files."""

    def reader_of_files(self, frontend: str) -> Callable[[Family, OnTaken], Recipe]:
        """Return the function that makes recipes of kernel files.

        Args:
            frontend: the front end's name, for the message.

        Raises:
            ConfigError: if the front end draws no kernel files.
        """
        if self.recipe_of is None:
            raise ConfigError(f"front end {frontend} draws no kernel files")
        return self.recipe_of

    def drawing_from(self, folder: KernelFolder, frontend: str) -> "Drawer":
        """Return a drawer of only the kernel files of a folder.

        Args:
            folder: the kernel files; those for other front ends are left out.
            frontend: the front end's name.

        Raises:
            ConfigError: if the front end draws no kernel files, or the folder has none for it.
            KernelFileError: if a file requests something that the front end does not have.
        """
        recipe_of = self.reader_of_files(frontend)
        families = [family for family in folder.families if family.frontend == frontend]
        if not families:
            there = ", ".join(sorted({family.frontend for family in folder.families}))
            raise ConfigError(f"kernels: no file in {folder.name} is for {frontend}, only for {there}")
        recipes = tuple(recipe_of(family, ignore_parts) for family in families)
        categories = tuple(sorted({recipe.category for recipe in recipes}))
        return replace(self, categories=categories, recipes=recipes, weights={})


class Compiler(Protocol):
    """Turns a front end's kernels into texts."""

    levels: tuple[Level, ...]
    """Every level, in the order of a row's columns."""
    devices: tuple[str, ...]
    """The allowed values of ``device``, with the default first."""

    def toolchain(self) -> Mapping[str, str]:
        """Return the packages whose versions determine the texts, with their versions."""
        ...

    def compilers(self) -> Mapping[str, str]:
        """Return the compilers that the tool uses, name to path or release. May start the tool."""
        return {}

    def caches(self) -> Mapping[str, Path]:
        """Return the folders that the tool writes into on this machine, by purpose. May start the tool."""
        return {}

    def recognises(self, source: str) -> bool:
        """Return whether a source is written for this front end."""
        ...

    def claims(self, obj: object) -> bool:
        """Return whether a live object is one of this front end's kernels."""
        ...

    def prospects(self, target: object) -> list[str]:
        """Return the names of the objects that ``discover`` examines, in order, in a live object or a module."""
        ...

    def discover(
        self, target: object, *, examples: Examples = NO_EXAMPLES, only: int | None = None
    ) -> list[Kernel | Rejection]:
        """Return the kernels in a live object or a module.

        A kernel that cannot be used (no concrete types, no example arguments) is replaced by a rejection.

        Args:
            target: the object or module.
            examples: known inputs of the kernels.
            only: the position in ``prospects`` of the object to examine; all if None.

        Raises:
            ConfigError: if the examples name a parameter that a kernel lacks.
        """
        ...

    def load(self, specs: Sequence[KernelSpec]) -> list[Kernel | Rejection]:
        """Return the kernels that the sources of records define.

        They share modules if they can, which changes no kernel.
        """
        ...

    def release(self, kernels: Sequence[Kernel]) -> None:
        """Forget loaded kernels, to keep the memory of a long run constant. Pass all kernels of a module together."""
        ...

    def lower(self, kernels: Sequence[Kernel], levels: Sequence[Level], *, device: str) -> list[Lowered | Rejection]:
        """Return the clean texts of each kernel at each level. Every process makes the same bytes."""
        ...

    def declared(self, kernel: Kernel) -> Signature | None:
        """Return the signature that a loaded kernel itself declares, regardless of its record; None if it is not known.

        Shapes, domains and launch sizes are None where the kernel does not determine them. An array is an output only
        if the source never reads it.
        """
        del kernel
        return None

    def describe(self, kernel: Kernel, *, device: str, include_backward: bool) -> dict[str, str | None]:
        """Return the texts of one kernel by the names that ``extract_ir`` uses, by default those of the levels.

        Raises:
            KernelError: if the tool rejects the kernel.
        """
        levels = [each for each in self.levels if each.default and each.device in (None, device)]
        wanted = [each for each in levels if include_backward or each.direction is Direction.FORWARD]
        (lowered,) = self.lower([kernel], wanted, device=device)
        if isinstance(lowered, Rejection):
            raise KernelError(lowered.stage, lowered.symptom, lowered.detail)
        return dict(lowered.texts)


class Prover(Protocol):
    """Verifies a front end's texts by execution. The object must be picklable, as one without state is."""

    def prepare(self) -> None:
        """Import and start everything that running texts needs.

        Called once in the process that runs are forked from.
        """
        ...

    def unavailable(self, level: Level, text: str) -> Unproved | None:
        """Return why a text cannot be executed here, or None if it can."""
        ...

    def foreign(self, level: Level, text: str) -> str | None:
        """Return a description of something in a text that the tool never prints; None if there is nothing.

        Such a text may do more than compute, so it is run in a process that contains nothing else.
        """
        ...

    def tame(self, level: Level, text: str, own: str) -> Tamed:
        """Return a model's text in a form that may be run beside others, or the reason why it may not be.

        Comments are removed, and the text's own names are replaced by unique ones. A text is refused if it contains
        something that the tool never prints and the row's text does not contain, or if it takes other arguments.
        Nothing of the text is run.

        Args:
            level: the level that the text is meant for.
            text: the model's text, of limited length.
            own: the row's text, which the tool printed.
        """
        ...

    def run(self, programs: Sequence[Program], scratch: Path) -> Iterator[tuple[int, Outcome | Rejection | None]]:
        """Yield the number and the outcome of each text on its inputs, in any order.

        An outcome of None announces that a program begins, so that it can be blamed if the process dies. Called in a
        separate process that may die; ``scratch`` is a folder that such processes share.
        """
        ...

    def reference(self, kernel: Kernel) -> Reference:
        """Return the reference of a kernel, made from its Python source by code that no route to a text shares.

        Raises:
            ReferenceUnknownError: if something is not modelled.
        """
        ...

    def separate(self, kernel: Kernel, runs: Sequence[Values]) -> frozenset[str]:
        """Return the arrays in which no thread accesses, without atomics, an element that another thread writes.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault.
        """
        ...

    def accumulated(self, kernel: Kernel, run: Values) -> frozenset[str]:
        """Return the arrays of which several threads change one element, and only by atomics, from the Python source.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def gradient_trap(self, kernel: Kernel) -> str | None:
        """Return the class of constructs in the kernel that the tool is known to differentiate wrongly, or None."""
        ...

    def operations(self) -> Mapping[str, ToolOperation]:
        """Return every operation of the tool, by name."""
        ...

    def used(self, source: str, texts: Mapping[str, str | None]) -> frozenset[str] | None:
        """Return the operations in a row, found in its source or its texts; None if it lacks the text needed."""
        ...


class Replayer(Protocol):
    """Makes signatures from recorded calls of kernels. An object without state."""

    def digest(self, kernel: Kernel) -> str:
        """Return the digest of what a loaded kernel lowers to, computed as the recorder computes it.

        Raises:
            Exception: any exception that the tool raises for a kernel that it cannot build.
        """
        ...

    def replayed(self, kernel: Kernel, launched: Launched, mutation: Mutation) -> Signature:
        """Return the signature of a loaded kernel with the arguments of a recorded launch.

        Raises:
            ConfigError: if the launch does not fit this kernel, or cannot be replayed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontend:
    """A tool that turns Python into IR."""

    name: str
    """The name that users type and rows contain."""
    drawer: Drawer
    compiler: Compiler
    prover: Prover | None = None
    """None if texts are not executed. The rows are then unverified."""
    replayer: Replayer | None = None
    """None if programs that use the tool cannot be recorded."""

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories of the kernels that it draws."""
        return self.drawer.categories

    @property
    def the_prover(self) -> Prover:
        """The prover of its texts.

        Raises:
            ConfigError: if it has none.
        """
        if self.prover is None:
            raise ConfigError(f"the front end {self.name} proves nothing")
        return self.prover

    def load_one(self, spec: KernelSpec) -> Kernel | Rejection:
        """Load the kernel that a record's source defines, in a separate module."""
        return self.compiler.load([spec])[0]

    def level(self, name: str) -> Level:
        """Return the level with a name.

        Raises:
            UnknownNameError: if there is none.
        """
        for each in self.compiler.levels:
            if each.name == name:
                return each
        raise UnknownNameError("level", name, [each.name for each in self.compiler.levels], where=self._where)

    def choose_device(self, device: str | None) -> str:
        """Return the device to make texts for: the named one, or the first if None.

        Raises:
            UnknownNameError: if there is no such device.
        """
        if device is None:
            return self.compiler.devices[0]
        if device not in self.compiler.devices:
            raise UnknownNameError("device", device, self.compiler.devices, where=self._where)
        return device

    def choose_levels(self, names: Sequence[str] | None, device: str) -> tuple[Level, ...]:
        """Return the levels to make, in the order of the row's columns.

        Args:
            names: the levels' names; the default levels of the device if None.
            device: the device.

        Raises:
            UnknownNameError: if a level is unknown.
            ConfigError: if a named level does not exist for the device.
        """
        wanted = None if names is None else [self.level(name) for name in names]
        on_device = [each for each in self.compiler.levels if each.device is None or each.device in device.split("+")]
        for level in wanted or ():
            if level not in on_device:
                allowed = ", ".join(each.name for each in on_device)
                raise ConfigError(f"level {level.name!r} does not exist for device {device!r}; allowed: {allowed}")
        return tuple(each for each in on_device if (each.default if wanted is None else each in wanted))

    @property
    def _where(self) -> str:
        return f"for front end {self.name}"

"""What a front end is: the one interface between irsmith and a tool that turns Python into IR.

A front end is a record of three parts: what draws kernels, what compiles them, and, where there is one, what proves
their texts by execution. A new one is one folder with such a record, and an entry point in the group
``irsmith.frontends`` that names it. Nothing else in irsmith is edited.
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
from synthesis.core.records import KernelSpec, Rejection, Signature, Unproved
from synthesis.drawing.kernel_files import Family, KernelFolder
from synthesis.drawing.kernel_files.using import OnTaken, ignore_parts
from synthesis.drawing.streams import Stream
from synthesis.frontends.launched import Launched, Mutation
from synthesis.frontends.linemap import NO_PLACES, LineMap, Places

Values = dict[str, npt.NDArray[Any]]
"""Argument or result name to array; a plain value is an array without dimensions of its own (a vec3: ``(3,)``)."""


class Direction(StrEnum):
    """What a text computes: the results, cotangents of the arguments, or results with their tangents."""

    FORWARD = "forward"
    BACKWARD = "backward"
    TANGENT = "tangent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One kind of IR text of a kernel: one column of a row."""

    name: str
    language: Language
    device: str | None = None
    """The only device that it exists for; None if it exists for each of the front end's."""
    direction: Direction = Direction.FORWARD
    default: bool = True
    """Whether a row has it unless told otherwise."""
    made_by: str = ""
    """What makes the text, as the front end's own table names it."""
    run_by: str = ""
    """What executes the text, as the front end's own table names it; empty where nothing does."""
    run_again_by: str = ""
    """What else executes the text, in words, if its results are not the source's: two tools tell whether the text is
    wrong or the first tool is. Empty where there is nothing else."""
    deterministic: bool = True
    """Whether the same tools give the same bytes, on any machine and again and again."""
    by_program: bool = False
    """Whether making it starts a program, which a process without rights may not."""

    def has_to_be(self, made: str | None) -> bool:
        """Whether a text of the same tools has to be the one that was made; not if that could not be told here."""
        return self.deterministic and not (self.by_program and made is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A function that draws one family of kernels."""

    name: str
    category: str
    targets: tuple[str, ...]
    """The operations it can be asked for; every drawn kernel uses the one it was asked for."""
    draw: Callable[[Stream, str], KernelSpec]
    """Draws a kernel of the stream's difficulty from a random stream and a target operation; pure."""
    difficulties: tuple[int, ...] = (2,)
    """Those that it can be asked for, of :data:`synthesis.core.records.DIFFICULTIES`; above 2 there is more of the same
    application, so what is there for an operation's sake has none."""
    wrong_adjoints: tuple[str, ...] = ()
    """The targets whose kernels the tool gives a wrong adjoint with its own settings: good forward data alone."""
    usual_mix: Mapping[int, float] | None = field(default=None, hash=False)
    """How often each difficulty is drawn where none is asked for; None for the front end's usual mix."""
    target_weights: Mapping[str, float] = field(default_factory=dict[str, float], hash=False)
    """How often a target is drawn beside the category's others, 1 where it is not named.

    Less where it has few different programs, so that rows do not repeat each other (``benchmarks/distinct.py`` counts
    them by target), or where its loops become the same lines many times over, which texts of applications hardly are;
    more where one of its operations would be too rare."""

    def weight_of(self, target: str) -> float:
        """How often a target is drawn beside the others of its category."""
        return self.target_weights.get(target, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolOperation:
    """An operation that a tool has, whether or not a drawn kernel does."""

    modelled: bool
    """Whether the reference models it; a kernel with one that it does not is no verified row."""
    differentiable: bool
    """Whether the tool takes derivatives through it."""
    excluded: str = ""
    """Why no kernel is drawn with it; empty where one is, or ought to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """A kernel that the tool has accepted: its record and the live object."""

    spec: KernelSpec
    live: Any
    example_args: tuple[Any, ...] = ()
    """What the front end needs beside the object to lower it; JAX's argument shapes."""
    module: str = ""
    """The module that ``load`` made for it; empty for a kernel of the user's."""
    places: Places = NO_PLACES
    """Where the lines of its files stand in its source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lowered:
    """A kernel's IR texts by level name; a level that failed is None and has its rejection."""

    texts: Mapping[str, str | None]
    line_map: Mapping[str, LineMap]
    """By level, in lines of the kernel's source."""
    rejections: tuple[Rejection, ...] = ()


class ReferenceUnknownError(Exception):
    """A kernel that the reference does not model; ``what`` names the construct or operation."""

    def __init__(self, what: str) -> None:
        super().__init__(f"no reference semantics for {what}")
        self.what = what


class ReferenceFaultError(Exception):
    """A kernel that is itself at fault: an index out of bounds, a division of whole numbers by zero, no end."""


class ZeroDivisorError(ReferenceFaultError):
    """A division of whole numbers by zero."""


class OutOfBoundsError(ReferenceFaultError):
    """An index outside of what it is one of.

    Args:
        size: how much there is.
        needed: how much the indices that were seen would need.
        array: the argument that it is an index of; empty where it is none of an argument's.
        axis: the dimension of the array.
    """

    def __init__(self, size: int, needed: int, array: str = "", axis: int = 0) -> None:
        super().__init__(f"an index out of bounds of {size}")
        self.size, self.needed, self.array, self.axis = size, needed, array, axis


@dataclass(slots=True, kw_only=True)
class Trace:
    """What a reference notes of its way through a kernel while it runs; places are known by identity."""

    first: dict[int, int] = field(default_factory=dict[int, int])
    """Place to the number of the first run that came to it."""
    arms: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    """Place and number of an arm of an expression to the number of the first run that selected from it."""
    whole: set[tuple[int, int]] = field(default_factory=set[tuple[int, int]])
    """Arms that were evaluated, selected or not, whose values are no floating-point numbers."""
    left_out: set[int] = field(default_factory=set[int])
    """What the tool leaves out of a text as it makes it, such as a branch of what is known by then."""
    order: str | None = None
    """What holds something else after a run if threads run in another order, such as an argument; None if nothing."""
    singular: set[int] = field(default_factory=set[int])
    """The numbers of the runs in which something was computed where it has no derivative, as the length of a vector of
    zeros, or the closest point of two that are equally close, by a thread that changes memory afterwards: rounding may
    be all that is left of a gradient that goes through it, or what decides on it."""


@dataclass(frozen=True, slots=True)
class Shake:
    """What rounding may make of a run, by the names of results."""

    off: Values
    """What is computed if every rounded number is off by a unit in the last place; decisions are as without that."""
    turned: Sequence[Values]
    """What is computed if each comparison that rounding may turn falls the other way, and then, if there are several,
    what if only some do, each of them once; nothing if there is none."""
    unsettled: bool = False
    """Whether rounding may decide which of several elements is the largest or the smallest, or turn a single decision,
    on which the way that is taken may depend."""


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm of an expression that selects: a case of ``where``, a side of a maximum."""

    words: str
    """What a message calls it."""
    slopes: bool
    """Whether what it computes depends on an input with a derivative: the kernel's derivative goes through it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How many of the places of a kernel (statements, equations) and of the arms of its expressions were come to."""

    places: int
    missed: tuple[str, ...] = ()
    """Those that were not, in words, in the order of the code."""
    arms: int = 0
    """Arms of expressions."""
    untaken: tuple[Arm, ...] = ()
    """Those that nothing was ever selected from."""
    sloping: tuple[str, ...] = ()
    """Those of the missed places that compute something which depends on an input with a derivative."""

    @property
    def underived(self) -> tuple[str, ...]:
        """What a derivative goes through of all that was missed, in words."""
        return (*self.sloping, *(each.words for each in self.untaken if each.slopes))

    @property
    def statements(self) -> float:
        """The share of the places, from 0 to 1; of no place at all, 1."""
        return 1 - len(self.missed) / self.places if self.places else 1.0

    @property
    def share(self) -> float:
        """The share of the places and the arms, from 0 to 1; of none at all, 1."""
        every = self.places + self.arms
        return 1 - (len(self.missed) + len(self.untaken)) / every if every else 1.0


class Reference(Protocol):
    """The oracle of one kernel."""

    def __call__(self, runs: Sequence[Values], *, double: bool, trace: Trace | None = None) -> Sequence[Values]:
        """What the kernel computes on several inputs.

        Args:
            runs: every argument of each run, of the same shapes.
            double: whether to compute in float64 rather than in the kernel's own precision.
            trace: what to note the places in that the runs come to, if that is wanted.

        Returns:
            For each run, what a forward text's outcome is held against.

        Raises:
            ReferenceUnknownError: for what is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def shaken(self, runs: Sequence[Values], *, seed: int) -> Sequence[Shake] | None:
        """What the kernel computes in its own precision as far as rounding tells, a run an entry.

        None where a text does what the
        reference does, operation by operation, so that the two are rounded alike.

        Args:
            runs: every argument of each run, of the same shapes.
            seed: of the directions in which numbers are off.

        Raises:
            ReferenceUnknownError: for what is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def shaken_again(self, runs: Sequence[Values], *, seed: int, opposite: bool = False) -> Sequence[Values]:
        """What ``Shake.off`` is of several inputs, and nothing else of it; nothing where ``shaken`` gives None.

        Args:
            runs: every argument of each run, of the same shapes.
            seed: of the directions in which numbers are off.
            opposite: whether each number is off the other way than it is without that.

        Raises:
            ReferenceUnknownError: for what is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def others(self, runs: Sequence[Values]) -> Sequence[Sequence[Values]]:
        """What the kernel may compute in its own precision as well, where the tool leaves an order open.

        Args:
            runs: every argument of each run, of the same shapes.

        Returns:
            For each order what the reference gives, a run an entry; nothing where none is open.

        Raises:
            ReferenceUnknownError: for what is not modelled.
            ReferenceFaultError: if the kernel is at fault in that order.
        """
        ...

    @property
    def unit(self) -> float:
        """A unit in the last place of the coarsest numbers that are computed with; 0 if that does not matter.

        It does not where a text does what the reference does, operation by operation, so that the two are rounded
        alike.
        """
        ...

    @property
    def work(self) -> float:
        """Elements that one evaluation makes and reads, about, told from shapes alone; 0 if that is not told."""
        ...

    @property
    def is_of_one_thread(self) -> bool:
        """Whether one thread alone runs of a kernel that asks which one it is; False where there are no threads."""
        ...

    def reached(self, trace: Trace) -> Reached:
        """How much of the kernel the runs came to that were noted; what the tool leaves out of a text counts not."""
        ...


class Purpose(StrEnum):
    """What a text is run for."""

    DRAW = "draw"
    """Inputs drawn from the domains; what it leaves is held against the reference."""
    OVERLAP = "overlap"
    """The same with one array as two arguments."""
    POINT = "point"
    """A smooth point: a forward text leaves there the arrays that a backward text of the same point finds."""
    TANGENT = "tangent"
    """A smooth point and a direction."""


@dataclass(frozen=True, slots=True)
class RunKey:
    """Which run of a text: what for, and the number of it among those."""

    purpose: Purpose
    number: int = 0
    variant: int = 0
    """Which of several starts of a derivative's text at one point: the point's forward run is the one numbered 0."""


Runs = Mapping[RunKey, Values]
"""What each run starts from: every argument; for a backward text the adjoints or cotangents too."""
Outcome = Mapping[RunKey, Values]
"""What each run left: every array of a Warp kernel, every result of a JAX function."""


def numbered(purpose: Purpose, values: Sequence[Values]) -> dict[RunKey, Values]:
    """Several runs for one purpose, in order."""
    return {RunKey(purpose, number): each for number, each in enumerate(values)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A stored text with all that is needed to run it: nothing of it comes from a live object."""

    name: str
    """The kernel's name."""
    level: Level
    text: str
    signature: Signature
    runs: Runs
    follows: int | None = None
    """The number of the program whose runs left the arrays that this one's runs of the same keys are to find."""
    compile_only: bool = False
    """Whether the text is compiled for its own device and not run; there are no runs then."""
    sketched: bool = False
    """Whether it is enough, for one that is compiled only, that the host's compiler takes it."""
    again: bool = False
    """Whether the text is executed by what its level's ``run_again_by`` names."""
    accumulated: frozenset[str] = frozenset()
    """The arrays that several threads change an element of, and none but by atomics."""
    separate: frozenset[str] = frozenset()
    """The arrays of which no thread may plainly touch what another one writes; none of a text that was just made."""

    def after(self, left: Outcome) -> "Program":
        """The program with its runs started from what those of the program that it follows have left."""
        runs = {key: values | left.get(replace(key, variant=0), {}) for key, values in self.runs.items()}
        return replace(self, runs=runs, follows=None)


@dataclass(frozen=True, slots=True)
class Tamed:
    """A text of somebody's in the form in which it may be run beside others."""

    text: str
    foreign: str | None = None
    """What in it the tool never prints, in words; None if there is nothing, and it may be run."""
    other: str | None = None
    """In what it is another kernel than the row's, by names and types, as far as that is told without running it."""
    broken: str | None = None
    """Why it is no text of its language, in words, as one is that is cut off; None if it may be one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """What draws a front end's kernels."""

    categories: tuple[str, ...]
    """Those of the recipes; a new one is the last."""
    recipes: tuple[Recipe, ...]
    """In any order: where a recipe stands changes no kernel."""
    usual_mix: Mapping[int, float]
    """How often kernels of each difficulty are drawn where none is asked for: near what people's kernels are."""
    weights: Mapping[str, int] = field(default_factory=dict[str, int])
    """How often each category is drawn beside the others, in the usual mix of categories; 1 where it is not said."""
    recipe_of: Callable[[Family, OnTaken], Recipe] | None = None
    """Makes a recipe of a kernel file, and refuses with a ``KernelFileError``; None if no kernel file can be drawn."""

    def reader_of_files(self, frontend: str) -> Callable[[Family, OnTaken], Recipe]:
        """What makes recipes of kernel files, for the front end of this name.

        Raises:
            ConfigError: if it draws no kernel files.
        """
        if self.recipe_of is None:
            raise ConfigError(f"front end {frontend} draws no kernel files")
        return self.recipe_of

    def drawing_from(self, folder: KernelFolder, frontend: str) -> "Drawer":
        """A drawer of the kernel files of a folder alone.

        Args:
            folder: the files; those of other front ends are left out.
            frontend: the front end's name.

        Raises:
            ConfigError: if the front end draws no kernel files, or the folder has none for it.
            KernelFileError: if a file asks for what the front end does not have.
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
    """What turns a front end's kernels into texts."""

    levels: tuple[Level, ...]
    """Every level, in the order of a row's columns."""
    devices: tuple[str, ...]
    """What ``device`` may be, the default first."""

    def toolchain(self) -> Mapping[str, str]:
        """The packages whose versions determine the texts, and those versions."""
        ...

    def compilers(self) -> Mapping[str, str]:
        """What the tool compiles with, by name: where it lies, or its release. It may start the tool."""
        return {}

    def caches(self) -> Mapping[str, Path]:
        """The folders that the tool writes into on this machine, by what they are for. It may start the tool."""
        return {}

    def recognises(self, source: str) -> bool:
        """Whether a source text is written for this front end."""
        ...

    def claims(self, obj: object) -> bool:
        """Whether a live object is one of this front end's kernels."""
        ...

    def prospects(self, target: object) -> list[str]:
        """The names of what ``discover`` looks at, one after the other, in a live object or a module."""
        ...

    def discover(
        self, target: object, *, examples: Examples = NO_EXAMPLES, only: int | None = None
    ) -> list[Kernel | Rejection]:
        """The kernels in a live object or a module.

        A kernel that cannot be used (no concrete types, no example arguments) is a rejection in its place.

        Args:
            target: the object or module.
            examples: what is known of the kernels' inputs.
            only: the position in ``prospects`` of the one to look at; all if None.

        Raises:
            ConfigError: if the examples name a parameter that a kernel lacks.
        """
        ...

    def load(self, specs: Sequence[KernelSpec]) -> list[Kernel | Rejection]:
        """The kernels that records' sources define; they share modules where they can, which changes none of them."""
        ...

    def release(self, kernels: Sequence[Kernel]) -> None:
        """Forget loaded kernels, all those of a module at once, so that a long run's memory stays flat."""
        ...

    def lower(self, kernels: Sequence[Kernel], levels: Sequence[Level], *, device: str) -> list[Lowered | Rejection]:
        """The clean texts of each kernel at each level; any process gives the same bytes."""
        ...

    def declared(self, kernel: Kernel) -> Signature | None:
        """What a loaded kernel itself says its signature is, whatever its record does; None if that cannot be told.

        Shapes, domains and launch sizes are None where the kernel does not say. An array is an output only where the
        source never reads it.
        """
        del kernel
        return None

    def describe(self, kernel: Kernel, *, device: str, include_backward: bool) -> dict[str, str | None]:
        """The texts of one kernel as ``extract_ir`` names them: as its levels are called, unless told better.

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
    """What proves a front end's texts by execution; an object that can be pickled, as one without state can."""

    def prepare(self) -> None:
        """Import and start what running texts needs; called once in the process that runs are forked from."""
        ...

    def unavailable(self, level: Level, text: str) -> Unproved | None:
        """Why a text cannot be executed here, or None if it can."""
        ...

    def foreign(self, level: Level, text: str) -> str | None:
        """What in a text the tool itself never prints, in words; None if there is nothing.

        Such a text may do more than compute: it is run in a process where there is nothing else.
        """
        ...

    def tame(self, level: Level, text: str, own: str) -> Tamed:
        """A text that a model wrote, in the form in which it may be run beside others, or why it may not be.

        Comments are taken out, and names that are the text's own become such that they can be nobody else's. What the
        tool never prints is refused, but for what the row's own text has too; so is what takes other arguments.
        Nothing of the text is run.

        Args:
            level: what the text is said to be.
            text: the model's; of a bounded length.
            own: the row's, which is what the tool printed.
        """
        ...

    def run(self, programs: Sequence[Program], scratch: Path) -> Iterator[tuple[int, Outcome | Rejection | None]]:
        """What each text leaves or gives on its inputs, with the program's number, in any order.

        None says that a program begins: should the process die, it is to blame. Called in a process of its own that may
        die; ``scratch`` is a folder that such processes share.
        """
        ...

    def reference(self, kernel: Kernel) -> Reference:
        """What computes what a kernel computes, told from its Python source by code that no text's route shares.

        Raises:
            ReferenceUnknownError: for what is not modelled.
        """
        ...

    def separate(self, kernel: Kernel, runs: Sequence[Values]) -> frozenset[str]:
        """The arrays of which in some runs of a kernel no thread plainly touches an element that another one writes.

        Raises:
            ReferenceUnknownError: for what is not modelled.
            ReferenceFaultError: if the kernel is at fault.
        """
        ...

    def accumulated(self, kernel: Kernel, run: Values) -> frozenset[str]:
        """The arrays that several threads change an element of, and none but by atomics, told from the Python source.

        Raises:
            ReferenceUnknownError: for what is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        ...

    def gradient_trap(self, kernel: Kernel) -> str | None:
        """The class of constructs in the kernel of which the tool is known to get derivatives wrong, or None."""
        ...

    def operations(self) -> Mapping[str, ToolOperation]:
        """Every operation that the tool has, by name."""
        ...

    def used(self, source: str, texts: Mapping[str, str | None]) -> frozenset[str] | None:
        """The operations that a row has in it, told from its source or its texts; None if it lacks that text."""
        ...


class Replayer(Protocol):
    """What makes a signature of what a kernel was seen to be called with; an object without state."""

    def digest(self, kernel: Kernel) -> str:
        """The digest of what a loaded kernel lowers to, as the recorder takes it.

        Raises:
            Exception: whatever the tool raises for a kernel that it cannot build.
        """
        ...

    def replayed(self, kernel: Kernel, launched: Launched, mutation: Mutation) -> Signature:
        """The signature of a loaded kernel, its arguments those of a launch.

        Raises:
            ConfigError: if the launch is none of this kernel, or cannot be replayed.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Frontend:
    """A tool that turns Python into IR."""

    name: str
    """What users type and rows carry."""
    drawer: Drawer
    compiler: Compiler
    prover: Prover | None = None
    """None if texts are not proved: the rows are unverified."""
    replayer: Replayer | None = None
    """None if no program of its kind can be recorded."""

    @property
    def categories(self) -> tuple[str, ...]:
        """The categories that it draws kernels of."""
        return self.drawer.categories

    @property
    def the_prover(self) -> Prover:
        """What proves its texts.

        Raises:
            ConfigError: if nothing does.
        """
        if self.prover is None:
            raise ConfigError(f"the front end {self.name} proves nothing")
        return self.prover

    def load_one(self, spec: KernelSpec) -> Kernel | Rejection:
        """The kernel that a record's source defines, in a module of its own."""
        return self.compiler.load([spec])[0]

    def level(self, name: str) -> Level:
        """The level of a name.

        Raises:
            UnknownNameError: if there is none.
        """
        for each in self.compiler.levels:
            if each.name == name:
                return each
        raise UnknownNameError("level", name, [each.name for each in self.compiler.levels], where=self._where)

    def choose_device(self, device: str | None) -> str:
        """The device to make texts for: the named one, or the first.

        Raises:
            UnknownNameError: if there is no such device.
        """
        if device is None:
            return self.compiler.devices[0]
        if device not in self.compiler.devices:
            raise UnknownNameError("device", device, self.compiler.devices, where=self._where)
        return device

    def choose_levels(self, names: Sequence[str] | None, device: str) -> tuple[Level, ...]:
        """The levels to make, in the order of the row's columns: the named ones, or the default ones of the device.

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

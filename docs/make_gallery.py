"""Builds the gallery in build/gallery: of every recipe one drawn kernel, its IR, its inputs and its outputs.

    python docs/make_gallery.py

The inputs are the first that verification draws. The outputs are those of the reference; a kernel that only a GPU runs
has none. The gallery is not committed, because the last digits of outputs differ between processors.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from synthesis import KernelSpec, Rejection, SynthesisPipeline, get_frontend
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe, ReferenceUnknownError, Values
from synthesis.generator import draw
from synthesis.verification.inputs import draw_inputs, flat
from synthesis.verification.trial import try_kernel

FOLDER = Path(__file__).parents[1] / "build" / "gallery"
_LEVELS = {"warp": ("cuda_forward", "cuda"), "jax": ("jaxpr", "text")}
_SHOWN = 6


def drawn(recipe: Recipe) -> KernelSpec:
    """The recipe's first kernel, of its first target and of the easiest of its difficulties from 2 on."""
    difficulty = min(each for each in recipe.difficulties if each > 1)
    return draw(recipe, Stream("gallery", recipe.name, difficulty=difficulty), recipe.targets[0])


def outputs(frontend: str, spec: KernelSpec) -> Values:
    """What the reference computes from the first inputs; nothing where it needs a GPU's blocks of threads."""
    try:
        return try_kernel(get_frontend(frontend), spec).outputs
    except ReferenceUnknownError:
        return {}


def values_of(values: Values) -> Iterator[str]:
    """A line for each array: its type, its shape and its first elements."""
    for name, array in flat(values).items():
        first = ", ".join(f"{each:.5g}" for each in np.asarray(array, np.float64).ravel()[:_SHOWN])
        rest = ", …" if array.size > _SHOWN else ""
        yield f"- `{name}` {array.dtype}{list(array.shape)}: {first}{rest}"


def section(frontend: str, recipe: Recipe) -> list[str]:
    """The lines of one recipe's entry."""
    level, language = _LEVELS[frontend]
    spec = drawn(recipe)
    device = "cuda" if frontend == "warp" else "cpu"
    pair = SynthesisPipeline(frontend, level=[level], device=device, verify="none").create_pair(spec)
    assert not isinstance(pair, Rejection), pair
    inputs = draw_inputs(spec.signature, 0)
    left = outputs(frontend, spec)
    targets = ", ".join(f"`{target}`" for target in recipe.targets)
    return [
        "",
        f"## {recipe.name}",
        "",
        f"{spec.description} Targets: {targets}.",
        "",
        "```python",
        spec.source.rstrip(),
        "```",
        "",
        f"```{language}",
        (pair.texts[level] or "").rstrip(),
        "```",
        "",
        *values_of({name: value for name, value in inputs.items() if np.asarray(value).dtype.kind != "V"}),
        "",
        *(["gives", "", *values_of(left)] if left else ["runs on a GPU alone"]),
    ]


def every_recipe() -> dict[str, Sequence[Recipe]]:
    """The recipes of each front end, by its name."""
    return {frontend: get_frontend(frontend).drawer.recipes for frontend in _LEVELS}


def by_category(frontend: str, recipes: Sequence[Recipe]) -> dict[str, list[Recipe]]:
    """The recipes of each category that has some of these, in the order of the front end's categories."""
    found = {
        category: [recipe for recipe in recipes if recipe.category == category]
        for category in get_frontend(frontend).categories
    }
    return {category: some for category, some in found.items() if some}


def pages(recipes: Mapping[str, Sequence[Recipe]]) -> Iterator[tuple[str, str]]:
    """File name and text of each page: one a category of the recipes, then the list of the pages.

    Args:
        recipes: what has an entry, by the name of the front end.
    """
    contents = [
        "# Gallery",
        "",
        "Of every recipe one drawn kernel, with its IR (CUDA or jaxpr), inputs as verification draws them, and the",
        "reference's outputs. Built by `make gallery`.",
    ]
    for frontend, some in recipes.items():
        contents += ["", f"## {frontend}", ""]
        for category, members in by_category(frontend, some).items():
            name = f"{frontend}_{category}.md"
            lines = [f"# {frontend}: {category}", "", "Built by `make gallery`; see [the list](README.md)."]
            for recipe in members:
                lines += section(frontend, recipe)
            yield name, "\n".join(lines) + "\n"
            contents.append(f"- [{category}]({name}): {', '.join(recipe.name for recipe in members)}")
    yield "README.md", "\n".join(contents) + "\n"


def main() -> None:
    """Build the gallery page by page, and remove pages of categories that no longer exist."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    recipes = every_recipe()
    total = 1 + sum(len(by_category(frontend, some)) for frontend, some in recipes.items())
    made: set[str] = set()
    for name, text in pages(recipes):
        (FOLDER / name).write_text(text, encoding="utf-8")
        made.add(name)
        sys.stderr.write(f"{len(made)} of {total} pages: {name}\n")
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    sys.stderr.write(f"the gallery: open {FOLDER / 'README.md'}\n")


if __name__ == "__main__":
    main()

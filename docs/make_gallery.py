"""Makes docs/gallery: of every recipe one drawn kernel, with its IR, and inputs with what it makes of them.

python docs/make_gallery.py

The outputs are those of the reference, on the first inputs that verification draws. Only what a machine with a GPU runs
has no outputs here.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from synthesis import KernelSpec, Rejection, SynthesisPipeline, get_frontend
from synthesis.frontends.base import Recipe, ReferenceUnknownError, Values
from synthesis.generator import draw
from synthesis.grammar.streams import Stream
from synthesis.verification.inputs import draw_inputs, flat
from synthesis.verification.trial import try_kernel

FOLDER = Path(__file__).with_name("gallery")
_LEVELS = {"warp": ("cuda_forward", "cuda"), "jax": ("jaxpr", "text")}
_SHOWN = 6


def drawn(recipe: Recipe) -> KernelSpec:
    """The recipe's first kernel, of its first target and of the easiest of its difficulties from 2 on."""
    difficulty = min(each for each in recipe.difficulties if each > 1)
    return draw(recipe, Stream("gallery", recipe.name, difficulty=difficulty), recipe.targets[0])


def outputs(frontend: str, spec: KernelSpec) -> Values:
    """What the reference makes of the first inputs; nothing where it needs a GPU's blocks of threads."""
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
    """One recipe's kernel."""
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


def pages(frontend: str) -> dict[str, str]:
    """The text of each category's page, by file name, and of the list of them."""
    tool = get_frontend(frontend)
    made: dict[str, str] = {}
    for category in tool.categories:
        recipes = [recipe for recipe in tool.drawer.recipes if recipe.category == category]
        lines = [f"# {frontend}: {category}", "", "Made by `make gallery`; see [the list](README.md)."]
        for recipe in recipes:
            lines += section(frontend, recipe)
        made[f"{frontend}_{category}.md"] = "\n".join(lines) + "\n"
    return made


def contents() -> dict[str, str]:
    """Every page of the gallery, by file name."""
    made: dict[str, str] = {}
    lines = [
        "# Gallery",
        "",
        "Of every recipe one drawn kernel, with its IR (CUDA or jaxpr), inputs as verification draws them, and what",
        "the reference makes of those. Made by `make gallery`.",
    ]
    for frontend in _LEVELS:
        made |= pages(frontend)
        lines += ["", f"## {frontend}", ""]
        for category in get_frontend(frontend).categories:
            recipes = [recipe.name for recipe in get_frontend(frontend).drawer.recipes if recipe.category == category]
            lines.append(f"- [{category}]({frontend}_{category}.md): {', '.join(recipes)}")
    return {"README.md": "\n".join(lines) + "\n", **made}


def main() -> None:
    """Write the gallery, and take away pages of categories that are no more."""
    FOLDER.mkdir(exist_ok=True)
    made = contents()
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

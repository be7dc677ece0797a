"""Bodies: statements with alternatives, stored in Python files, from which recipes make complete kernels.

A file contains functions. The body of each is one template. Its parameters are the names that the recipe provides:
arguments, constants, and words in capitals that the recipe replaces. The template of a function with the decorator
``@helper`` includes the function's first line. The notation is that of ``notation.py``, with these additions:

    #? 0.4 why it is so ~ another reason        a comment with this probability, in one of several wordings
    #: elif x > 0:                              code that would be a syntax error at this place of the file
    for _ in LOOP:                              a word that the recipe replaces by the head of a loop or a branch

    maybe(0.3, a, b)                            the first expression with this probability, otherwise the second

``variants.choose`` makes source of the templates that are returned here.
"""

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from textwrap import indent

_FUNCTION = re.compile(r"^(?:@helper\n)?def (\w+)\(", re.MULTILINE)
_PROBABILITY = re.compile(r"\d*\.\d+ ")
_PLACE = re.compile(r"for _ in ([A-Z][A-Z_0-9]*)(?:\((\w+)\))?:")
_CALL = re.compile(r"\b(either|maybe)\(")
_GROUPS = {"one of": "{", "some of": "{*"}
_BETWEEN = ("or", "and", "else")
_HIDDEN = "#: "


class BodyError(ValueError):
    """Raised for a file of bodies that cannot be read."""


def read_bodies(frontend: str, recipe: str, margin: int = 0) -> dict[str, str]:
    """Return the templates of a recipe module in the notation of ``variants.choose``.

    Args:
        frontend: the name of the front end.
        recipe: the name of the module, which is also that of the folder in ``kernels/bodies``.
        margin: the number of spaces before each line, for a recipe that replaces whole lines with their indentation.

    Returns:
        The template of each function. The key is the file's name, a point and the function's name, or only the file's
        name if the file has one function.

    Raises:
        BodyError: if a file cannot be read.
    """
    folder = files(f"synthesis.frontends.{frontend}.kernels").joinpath("bodies", recipe)
    texts = dict[str, str]()
    for path in sorted((each for each in folder.iterdir() if each.name.endswith(".py")), key=lambda each: each.name):
        texts |= _texts_of(path)
    if margin:
        return {name: f"\n{indent(text, margin * ' ')}\n" for name, text in texts.items()}
    return texts


def _texts_of(path: Traversable) -> dict[str, str]:
    source = path.read_text(encoding="utf-8")
    name = path.name.removesuffix(".py")
    found = list(_FUNCTION.finditer(source))
    ends = [*(each.start() for each in found[1:]), len(source)]
    try:
        texts = {each[1]: template_of(source[each.start() : end]) for each, end in zip(found, ends, strict=True)}
    except BodyError as error:
        raise BodyError(f"{name}.py: {error}") from error
    if len(texts) == 1:
        return {name: next(iter(texts.values()))}
    return {f"{name}.{function}": text for function, text in texts.items()}


def template_of(function: str) -> str:
    """Return the template of one function of a file in the notation of ``variants.choose``.

    Raises:
        BodyError: if a directive is not closed, or has nothing to close.
    """
    whole = function.startswith("@helper\n")
    head, body = function.split("\n", 1) if whole else function.split("):\n", 1)
    place = "a helper" if whole else f"{head})"
    margin = 0 if whole else 4
    lines, opened = list[str](), 0
    for line in body.splitlines():
        bare = line.strip()
        if not bare:
            continue
        if bare.startswith("#| "):
            word = bare[3:].strip()
            opened += 0 if word in _BETWEEN else -1 if word == "end" else 1
            if opened < 0 or (word in _BETWEEN and not opened):
                raise BodyError(f"'{bare}' closes nothing in {place}")
            if word == "end":
                lines[-1] += "}"
            elif word in _BETWEEN:
                lines[-1] += " ~"
            else:
                lines.append(_margin(line, margin) + _GROUPS.get(word, f"{{?{word}"))
        else:
            lines.append(_line(line[margin:]))
    if opened:
        raise BodyError(f"'#|' is not closed by '#| end' in {place}")
    return "\n".join(lines)


def _margin(line: str, less: int = 0) -> str:
    return " " * (len(line) - len(line.lstrip(" ")) - less)


def _line(line: str) -> str:
    """Return a line of a body in the notation of ``variants.choose``. The line is not a directive with ``#|``."""
    bare = line.strip()
    if bare.startswith("#? "):
        words, margin = bare[3:], _margin(line)
        if found := _PROBABILITY.match(words):
            return f"{margin}{{?{found[0]}# {{{words[found.end() :]}}}}}"
        return f"{margin}{{# {words}\n{margin}~}}"
    if bare.startswith(_HIDDEN):
        line = line.replace(_HIDDEN, "", 1)
    elif bare.startswith("#"):
        return line
    if found := _PLACE.fullmatch(line.strip()):
        return _margin(line) + found[1] + (f" {found[2]}" if found[2] else "")
    if '"""' not in line:
        line = line.replace("{", "<<").replace("}", ">>")
    return _with_groups(line)


def _with_groups(line: str) -> str:
    """Return a line in which calls of ``either`` and ``maybe`` are replaced by groups, such as ``{a ~ b}``."""
    made, here = "", 0
    while found := _CALL.search(line, here):
        made += line[here : found.start()]
        if all(place != found.start() for place, _ in _code(line)):  # the call is in a string or a comment
            made, here = made + found[0], found.end()
            continue
        arguments, here = _arguments(line, found.end())
        probability = f"?{arguments.pop(0)} " if found[1] == "maybe" else ""
        made += "{" + probability + " ~ ".join(map(_with_groups, arguments)) + "}"
    return made + line[here:]


def _arguments(line: str, start: int) -> tuple[list[str], int]:
    """Return the arguments of a call, without spaces around them, and the position after it."""
    arguments, begin, depth = list[str](), start, 0
    for place, character in _code(line, start):
        if character in "([{":
            depth += 1
        elif character in ")]}" and depth:
            depth -= 1
        elif character == ")":
            return [*arguments, line[begin:place].strip()], place + 1
        elif character == "," and not depth:
            arguments.append(line[begin:place].strip())
            begin = place + 1
    raise BodyError(f"a call is not closed: {line.strip()!r}")


def _code(line: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the position and the character of each character that is not in a string or a comment.

    Args:
        line: a line of Python.
        start: the first position, which is not in a string.
    """
    quote, place = "", start
    while place < len(line):
        character = line[place]
        if quote:
            place += character == "\\"
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#":
            return
        else:
            yield place, character
        place += 1

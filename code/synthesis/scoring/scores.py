"""What is said of a model's text: how far it came, what that is worth, and what was wrong."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Step(StrEnum):
    """How far a text came, from nothing to all; each says that the one before it was passed."""

    NOTHING = "nothing"
    """It was not even tried: empty, too long, with what its tool never prints, or of no language."""
    PARSED = "parsed"
    """It may be a text of its level; it was given to the tool, which did not take it."""
    COMPILED = "compiled"
    """The tool took it, and it came to harm or did not end."""
    RAN = "ran"
    """It ran to its end on every input, and is right in nothing that is worth credit."""
    SOME = "some"
    """It is right on a part of the inputs, or in a part of the outputs, where nothing trivial would be."""
    FORWARD = "forward"
    """A derivative's text whose primal results are right on all inputs, and whose derivative is wrong."""
    ALL = "all"
    """All that was asked was proved."""


class Refusal(StrEnum):
    """Why a text was not run, beside the project's symptoms."""

    EMPTY = "empty"
    """There is no text in it."""
    TOO_LONG = "too_long"
    """It has more characters than may be tried."""
    FOREIGN = "foreign"
    """It has what its tool never prints, and what might do more than compute."""
    OTHER_SIGNATURE = "other_signature"
    """It is another kernel than the one that was asked for: its name, arguments, types or roles."""
    NOT_EXECUTED = "not_executed"
    """Nothing can be said of it here: it is not the row's text, and texts like it cannot be run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a text of a model is worth."""

    value: float
    """In [0, 1]; 1 only if everything that was asked was proved."""
    step: Step
    """How far it came."""
    symptom: str = ""
    """What was seen: a :class:`synthesis.Symptom` or a :class:`Refusal`; empty if it is accepted."""
    message: str = ""
    """What was wrong, for a person or a model: never an expected value, an input's number, a path or an address."""
    same_text: bool = False
    """Whether it is accepted because it is the row's own text after normalisation; nothing was run then."""

    @property
    def accepted(self) -> bool:
        """Whether everything that was asked was proved."""
        return self.step is Step.ALL

    @property
    def judged(self) -> bool:
        """Whether the value says anything; not where the text cannot be run here, and is not the row's own."""
        return self.symptom != Refusal.NOT_EXECUTED

    def to_json(self) -> dict[str, Any]:
        """The score as JSON values."""
        return {
            "value": self.value,
            "accepted": self.accepted,
            "judged": self.judged,
            "step": str(self.step),
            "symptom": self.symptom,
            "message": self.message,
            "same_text": self.same_text,
        }

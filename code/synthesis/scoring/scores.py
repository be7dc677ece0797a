"""The score of an answer: how far it got, its credit, and what was wrong."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Step(StrEnum):
    """The last step that a text reached, from nothing to all. Each step implies that the one before it was passed."""

    NOTHING = "nothing"
    """The text was not tried: it is empty, too long, invalid, or has constructs that its tool never prints."""
    PARSED = "parsed"
    """The text may be one of its level, but the tool rejected it."""
    COMPILED = "compiled"
    """The tool accepted the text, but the text crashed or did not end."""
    RAN = "ran"
    """The text ran to the end on every input, but too few of its results are right for credit."""
    SOME = "some"
    """The text is right on some inputs or in some outputs, not counting trivial answers."""
    FORWARD = "forward"
    """A derivative text whose forward results are right on all inputs, but whose derivative is wrong."""
    ALL = "all"
    """Everything requested was verified."""


class Refusal(StrEnum):
    """A reason why a text was not run, in addition to those of :class:`synthesis.Symptom`."""

    EMPTY = "empty"
    """The answer contains no text."""
    TOO_LONG = "too_long"
    """The answer has too many characters."""
    FOREIGN = "foreign"
    """The answer contains constructs that its tool never prints and that might do more than compute."""
    OTHER_SIGNATURE = "other_signature"
    """The answer differs from the requested kernel in its name, arguments, types or roles."""
    NOT_EXECUTED = "not_executed"
    """The answer cannot be judged here: it is not the row's own text, and texts of its level cannot be run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The score of an answer."""

    value: float
    """The score in [0, 1]. It is 1 only if everything requested was verified."""
    step: Step
    """The last step that the text reached."""
    symptom: str = ""
    """The observed problem, a :class:`synthesis.Symptom` or a :class:`Refusal`; empty if the text is accepted."""
    message: str = ""
    """A description of what was wrong, without expected values, input values, paths or addresses."""
    same_text: bool = False
    """Whether the text was accepted without being run, because after normalisation it is the row's own text."""

    @property
    def accepted(self) -> bool:
        """Whether everything requested was verified."""
        return self.step is Step.ALL

    @property
    def judged(self) -> bool:
        """Whether the value is meaningful: the text could be run here, or it is the row's own."""
        return self.symptom != Refusal.NOT_EXECUTED

    def to_json(self) -> dict[str, Any]:
        """Return the score as JSON values."""
        return {
            "value": self.value,
            "accepted": self.accepted,
            "judged": self.judged,
            "step": str(self.step),
            "symptom": self.symptom,
            "message": self.message,
            "same_text": self.same_text,
        }

"""The functions that ``irsmith.yaml`` calls. lm-eval looks for this module next to that file."""

from synthesis.adapters.lm_eval import gold, prompt, questions, score_all, values

__all__ = ["gold", "prompt", "questions", "score_all", "values"]

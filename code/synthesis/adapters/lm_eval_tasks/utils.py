"""What ``irsmith.yaml`` calls; lm-eval looks for it beside that file."""

from synthesis.adapters.lm_eval import gold, prompt, questions, score_all, values

__all__ = ["gold", "prompt", "questions", "score_all", "values"]

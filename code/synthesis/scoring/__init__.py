"""Scores answers of language models to rows, from 0 to 1 with a reason; ``evaluation`` computes pass@k of answers.

Credits and reasons may be changed in ``verdicts`` and ``agreement``, together with ``docs/scoring.md``. A wrong text
must never score 1: run ``make attacks`` after a change.
"""

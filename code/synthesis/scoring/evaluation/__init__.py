"""Evaluates models: pass@k with intervals, by level, category and difficulty, from files of answers.

Groups and estimates may be changed here. How one answer is scored is decided in ``scoring``.
"""

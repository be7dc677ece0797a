"""Evaluates models from files of answers: pass@k with intervals, by level, category and difficulty.

Groups and estimates may be changed here. ``scoring`` decides the score of one answer.
"""

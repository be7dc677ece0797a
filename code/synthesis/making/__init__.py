"""Turns candidates into pairs or rejections in four steps: load, lower, plan, prove.

``sources`` produces candidates, ``runs`` keeps output folders that can be resumed, and ``engines`` distributes the
work. A step is a function of a batch. A candidate that one step has stopped passes through the later steps
unchanged.
"""

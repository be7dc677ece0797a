"""Turns candidates into pairs or rejections in four stages: load, lower, plan, prove.

``sources`` produces candidates, ``runs`` keeps output folders that can be resumed, and ``engines`` distributes the
work. A stage is a function of a batch. A candidate that one stage has stopped passes through the later stages
unchanged.
"""

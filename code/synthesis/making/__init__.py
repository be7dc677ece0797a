"""Turns candidates into pairs or rejections: load, lower, plan, prove; and the runs that do so for many candidates.

``sources`` says where candidates come from, ``runs`` keeps folders that can be continued, ``engines`` does the work. A
stage is a function of a batch; what one stage stopped passes the next ones untouched.
"""

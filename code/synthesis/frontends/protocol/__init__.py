"""The parts of the interface of a front end, by topic. Other modules import their names from ``frontends/base.py``."""

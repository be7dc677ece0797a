"""Makes mutants: texts with one deliberate error, of a kind that a wrong compiler or a wrong model makes.

``choosing`` selects places in a text; each language has a module that finds them. Add a kind of error to ``records``
and to the modules of the languages.
"""

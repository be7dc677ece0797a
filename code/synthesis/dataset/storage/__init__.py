"""The files of a data set: their names, the schema of tables, writing, and reading back.

``schema`` and ``layout`` define the format. A change of either has to leave older folders readable or refuse them.
"""

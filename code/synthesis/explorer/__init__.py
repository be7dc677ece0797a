"""A static site of data sets: an overview, a table to search, a page for each pair, and what was rejected.

It opens from a file's address as from any server, asks nothing of any other place, and believes nothing that a row
says: rows travel as packed data that no browser runs, and become text, never markup.
"""

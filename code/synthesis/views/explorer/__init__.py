"""The static site of data sets: an overview, a table to search, a page for each pair, and the rejections.

It opens from a file as from any server and asks nothing of any other place. Rows travel as packed data and become text,
never markup; keep that when you change a page.
"""

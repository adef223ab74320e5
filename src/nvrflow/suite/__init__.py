"""A ready suite of tests for a recorder's firmware: `nvrflow regress URL`, or `pytest --pyargs nvrflow.suite --recorder URL`.

The first sentence of each test's docstring says what it promises, in words for people who do not read code.
"""

"""The benchmark: what Fanal does in a second, beside its targets. `make bench` runs all parts of it.

Each part is a module or a package with `findings(quick, say)`, and a program of its own: `python -m bench.step`.
"""

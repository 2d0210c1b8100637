"""Measurements beside what was asked: `python -m tests.benchmarks.rest_load` and its neighbours; see docs/benchmarks.md."""

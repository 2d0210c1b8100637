"""Measurements, printed beside what was asked: `python -m tests.benchmarks.rest_load --help` and its neighbours (docs/benchmarks.md)."""

"""From an operator's accounts to running channels: one module for each platform, all of the same shape.

`lines_of(settings, brand, ...)` gives a `Line` for every channel that is configured; the wiring starts what they hold.
"""

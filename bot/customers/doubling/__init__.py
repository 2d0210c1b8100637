"""The detector of doubles: which profiles are probably one person written down twice. It proposes; a person decides.

`columns` takes the profiles, `search` finds the pairs, `reasons` says why. Nothing is imported here: a server that starts needs
only the last of these, and what compares names takes a while to load.
"""

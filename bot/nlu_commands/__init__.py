"""`filrouge nlu ...`: the tools of those who teach the model. Each command is one module; what they do is in `nlu`."""

from __future__ import annotations

from cyclopts import App

from bot.nlu_commands.evaluate import evaluate

app = App(name="nlu", help="Measure, check and enlarge what the model is taught.")
app.command(evaluate)

__all__ = ["app"]

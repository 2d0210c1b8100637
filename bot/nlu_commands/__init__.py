"""`filrouge nlu ...`: the tools of those who teach the model. Each command is one module; what they do is in `nlu`."""

from __future__ import annotations

from cyclopts import App

from bot.nlu_commands.check import check
from bot.nlu_commands.compare import compare
from bot.nlu_commands.convert import export_to, import_from
from bot.nlu_commands.evaluate import evaluate
from bot.nlu_commands.suggest import suggest

app = App(name="nlu", help="Measure, check and enlarge what the model is taught.")
for _command in (evaluate, check, compare, suggest):
    app.command(_command)
app.command(import_from, name="import")
app.command(export_to, name="export")

__all__ = ["app"]

"""`filrouge nlu ...`: the tools of those who teach the model. Each command is one module; what they do is in `nlu`."""

from __future__ import annotations

from cyclopts import App, Parameter

app = App(name="nlu", help="Measure, check and enlarge what the model is taught.", default_parameter=Parameter(negative=()))

# Named rather than imported: the other commands start without what these need.
for _name, _where, _help in (
    (
        "evaluate",
        "evaluate:evaluate",
        """Measure how well messages are understood: with a test file, or by cross-validation of the training data.

        Test and training files are nlu.yml files or tables with the columns `text,intent` and, where entities are marked,
        `annotated`, as in `book at [Lyon](store)`. Needs no brand, database or setting when --train is given.
        """,
    ),
    (
        "check",
        "check:check",
        """Look for mistakes in training data, with file and line and what to do.

        Duplicates, contradictions, intents too alike, too small or unused, marks forgotten or wrong, leaking test messages.
        The exit code is 1 when there are errors; warnings leave it 0.
        """,
    ),
    (
        "compare",
        "compare:compare",
        """Say on which messages SECOND does better than FIRST, and on which worse.

        Each is a model file, a version of the brand's model (`current`, or its name), an engine
        (`embedded`, `embedded:none`, `rasa`), a training file or a folder.
        """,
    ),
    (
        "suggest",
        "suggest:suggest",
        """Sort messages nobody has labelled and print them as YAML, to be looked at and pasted into nlu.LANGUAGE.yml.

        Messages near what is taught come under their intents; the others in groups named by their telling words.
        """,
    ),
    (
        "import",
        "convert:import_from",
        """Read training data of another bot and write it to FOLDER as nlu.LANGUAGE.yml.

        rasa: YAML files; rasa-md: the Markdown of Rasa 1 and 2; dialogflow: an export of ES (zip or folder); lex: an
        export of V1 or V2 (JSON, zip or folder); csv: tables with the columns `text,intent[,annotated]`.
        """,
    ),
    (
        "export",
        "convert:export_to",
        """Write training data to FOLDER in another bot's form, and say what has no place there.""",
    ),
):
    app.command(f"bot.nlu_commands.{_where}", name=_name, help=_help)

__all__ = ["app"]

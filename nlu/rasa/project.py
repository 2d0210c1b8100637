"""A folder that `rasa train nlu` trains from: the brand's own training files, byte for byte, and a `config.yml`."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from nlu.annotations import write_annotated
from nlu.understanding import Example, TrainingData

EPOCHS = 100
"""As in the project that `rasa init` makes."""
THRESHOLD = 0.3
AMBIGUITY = 0.1
"""Under that confidence, or that near to the second best, Rasa's own default is not to act."""


Component = Mapping[str, Any]
"""One item of a pipeline or of the policies: `{"name": "DIETClassifier", "epochs": 100}`."""


def default_pipeline(epochs: int = EPOCHS, seed: int = 1) -> list[Component]:
    """Rasa's default pipeline, and the entities that regexes and look-up tables tell."""
    return [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": epochs, "constrain_similarities": True, "random_seed": seed},
        {"name": "RegexEntityExtractor", "use_lookup_tables": True, "use_regexes": True, "case_sensitive": False},
        {"name": "EntitySynonymMapper"},
        {"name": "FallbackClassifier", "threshold": THRESHOLD, "ambiguity_threshold": AMBIGUITY},
    ]


def write_config(
    folder: Path, pipeline: Sequence[Component], *, language: str = "fr", policies: Sequence[Component] = ()
) -> None:
    """Write `config.yml`; `policies` are for a project that holds dialogues too."""
    content = {"recipe": "default.v1", "assistant_id": "filrouge", "language": language}
    write_yaml(folder / "config.yml", content | {"pipeline": list(pipeline)} | ({"policies": list(policies)} if policies else {}))


def copy_training_files(files: Iterable[Path], folder: Path, corrections: Iterable[Example] = ()) -> None:
    """Put training files into a project's `data/` unchanged, and what is not in them yet into a file beside them."""
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(file, data / file.name)
    extra = list(corrections)
    if extra:
        write_training_data(TrainingData(examples=extra), data / "nlu.corrections.yml")


def write_training_data(data: TrainingData, path: Path) -> None:
    """Write training data as one file in Rasa's format. Synonyms already in an annotation are told there."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for example in data.examples:
        by_intent[example.intent].append(write_annotated(example.text, example.entities))
    by_value: dict[str, list[str]] = defaultdict(list)
    for wording, value in data.synonyms.items():
        by_value[value].append(wording)
    blocks: list[dict[str, Any]] = []
    for kind, part in (("intent", by_intent), ("synonym", by_value), ("regex", data.regexes), ("lookup", data.lookups)):
        for name, lines in part.items():
            blocks.append({kind: name, "examples": "".join(f"- {line}\n" for line in dict.fromkeys(lines) if line)})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_yaml(path, {"version": "3.1", "nlu": [block for block in blocks if block["examples"]]})


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def write_yaml(path: Path, content: Any) -> None:
    """Write YAML as people would: in the given order, several lines as a block."""
    path.write_text(yaml.dump(content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000), encoding="utf-8")

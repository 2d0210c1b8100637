"""Writes a brand as a project for Rasa 3.6: `config.yml`, `domain.yml`, its own training files unchanged, and rules.

A brand folder may hold a `config.yml` of its own, with another pipeline; it is then taken as it is.

`rasa data validate` accepts it and `rasa train nlu` trains from it; docs/rasa.md says what is not in it.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from bot.brand import load_brand
from bot.dialogue.domain_file import load_domain
from bot.dialogue.flow import Run
from bot.dialogue.flows_file import load_flows
from bot.errors import SettingsError
from bot.rasa.domain import domain_of
from bot.rasa.rules import Said, rules_of
from bot.storage.corrections import taught
from nlu.rasa.project import EPOCHS, copy_training_files, default_pipeline, write_config, write_yaml
from nlu.training_files import read_training_files
from nlu.understanding import Example

_POLICIES = ({"name": "MemoizationPolicy"}, {"name": "RulePolicy", "core_fallback_action_name": "action_default_fallback"})
_ENDPOINTS = """\
# The server of your own actions: `rasa run actions`, or any that speaks the same protocol.
action_endpoint:
  url: "http://localhost:5055/webhook"
"""
_README = """\
# A project for Rasa 3.6

Written by `filrouge export rasa`; the training files are the brand's own, unchanged. Whatever speaks to Rasa sets the slot
`language`. What is under `actions` in `domain.yml` needs an action server. 3.6 has no flows: each became rules and a form up
to its first branch. What is left to write:

"""


def training_files(brand: Path) -> list[Path]:
    """The files a brand teaches its model with."""
    return sorted((brand / "data").glob("nlu.*.yml"))


def export_project(brand: Path, folder: Path, corrections: Sequence[Example] = (), *, epochs: int = EPOCHS) -> Said:
    """Write the project into a folder that does not exist yet, or is empty; returns what became of the flows.

    Raises `SettingsError` for a folder with something in it, `BrandError` and `TrainingDataError` for a wrong brand.
    """
    if folder.exists() and any(folder.iterdir()):
        raise SettingsError(f"{folder} is not empty; name a folder that does not exist yet")
    languages = load_brand(brand).languages
    domain = load_domain(brand / "domain.yml", languages.all)
    flows = load_flows(brand / "data" / "flows.yml", domain)
    files = training_files(brand)
    in_files = read_training_files(files)
    data = taught(in_files, corrections)
    new = [example for example in data.examples if example not in set(in_files.examples)] if corrections else []

    said = rules_of(flows, domain)
    run = {
        step.action for flow in flows.by_id.values() for step in flow.steps.values() if isinstance(step, Run) and not step.says
    }
    folder.mkdir(parents=True, exist_ok=True)
    if (brand / "config.yml").exists():
        shutil.copyfile(brand / "config.yml", folder / "config.yml")
    else:
        write_config(folder, default_pipeline(epochs), language=languages.default, policies=_POLICIES)
    write_yaml(folder / "domain.yml", domain_of(domain, data, said.forms, domain.actions | run))
    copy_training_files(files, folder, new)
    write_yaml(folder / "data" / "rules.yml", {"version": "3.1", "rules": said.rules})
    (folder / "endpoints.yml").write_text(_ENDPOINTS, encoding="utf-8")
    (folder / "README.md").write_text(_readme(said), encoding="utf-8")
    return said


def _readme(said: Said) -> str:
    lines = "\n".join(f"- {one}" for one in said.left_out)
    return _README + f"{lines}\n"

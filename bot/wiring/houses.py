"""Brand folders in, houses out: the brand, its dialogue and its actions, read and checked."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.actions.registry import Registry
from bot.actions.remote import ActionServer
from bot.actions.remote_answer import spoken
from bot.actions.standard import standard_actions
from bot.brand import load_brand
from bot.brand.opening import store_hours
from bot.dialogue.domain import Domain
from bot.dialogue.domain_file import load_domain
from bot.dialogue.flows_file import load_flows
from bot.dialogue.standard import Policy
from bot.dialogue.step import Dialogue
from bot.settings import Settings
from bot.storage.cases import desks_of
from bot.workers.discretion import needs_of
from bot.workers.house import House, manners_of

DEMO_BRAND = Path(__file__).parents[1] / "demo"


def load_house(folder: Path, serve_actions: Callable[[Domain], ActionServer] | None = None) -> House:
    """Read and check a brand folder; `serve_actions` makes the server of the actions nobody wrote here.

    Raises `BrandError` with file and line, and what to write instead.
    """
    brand = load_brand(folder)
    domain = load_domain(folder / "domain.yml", brand.languages.all)
    domain = domain.with_faq({entry.id: entry.answer for entry in brand.faq})
    flows = load_flows(folder / "data" / "flows.yml", domain)
    actions = standard_actions()
    if serve_actions is not None:
        elsewhere = {name for name in domain.actions if name not in actions}
        actions = actions.joined(Registry(serve_actions(domain).actions(elsewhere)))
        domain = replace(domain, responses={**domain.responses, **spoken(domain.languages)})
    actions.check(domain.actions, domain.file)
    policy = Policy(
        misses_before_handoff=brand.handoff.misses_before_handoff,
        resume_after=timedelta(hours=brand.resume.after_hours),
        keep_for=timedelta(days=brand.resume.keep_days),
    )
    hours = {store.id: store_hours(store) for store in brand.stores}
    return House(
        brand,
        domain,
        Dialogue(domain, flows, policy),
        actions,
        desks_of(brand),
        hours,
        needs_of(brand.proof.model_dump()),
        manners_of(brand),
    )


def demo_folder(settings: Settings) -> Path:
    """The demo brand in the data folder, copied there the first time so that corrections and changes stay."""
    folder = settings.data_dir / "brands" / "demo"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.with_name(f".demo-{uuid.uuid4().hex}")
        shutil.copytree(DEMO_BRAND, fresh, ignore=shutil.ignore_patterns("__pycache__", "__init__.py"))
        fresh.rename(folder)  # at once, so that a kill leaves no half copy
    return folder

"""Actions by name."""

from __future__ import annotations

from types import ModuleType
from typing import Any, cast

import pytest

from bot.actions.context import ActionContext, ActionResult
from bot.actions.registry import Registry, action
from bot.actions.standard import standard_actions
from bot.errors import BrandError
from tests.stories.story import demo

NOWHERE = cast("ActionContext", None)


@action("action_wave")
def wave(_: ActionContext) -> ActionResult:
    return ActionResult(slots={"waved": True})


@action("action_call_home", outside=True)
async def call_home(_: ActionContext) -> ActionResult:
    return ActionResult(slots={"answered": True})


def test_an_action_runs_by_its_name_and_becomes_the_event_the_dialogue_waits_for() -> None:
    finished = Registry([wave]).run("action_wave", NOWHERE).finished("action_wave", "2026-11-24T11:00:00+00:00")
    assert (finished.action, finished.slots, finished.at) == ("action_wave", {"waved": True}, "2026-11-24T11:00:00+00:00")


async def test_an_outside_action_never_runs_inside_the_transaction() -> None:
    registry = Registry([wave, call_home])
    assert registry.is_outside("action_call_home")
    assert not registry.is_outside("action_wave")
    with pytest.raises(TypeError, match="use run_outside"):
        registry.run("action_call_home", NOWHERE)
    assert (await registry.run_outside("action_call_home", NOWHERE)).slots == {"answered": True}


def test_a_name_nobody_wrote_is_told_with_the_nearest_one() -> None:
    with pytest.raises(BrandError, match="no Python function is the action `action_wav`; did you mean `action_wave`"):
        Registry([wave]).check(["action_wav"], "domain.yml")
    with pytest.raises(BrandError, match=r"write it: a function under `@action\(.validate_colour.\)`"):
        Registry([wave]).check(["validate_colour"])


def test_two_actions_cannot_share_a_name_but_a_brand_may_replace_one() -> None:
    @action("action_wave")
    def bow(_: ActionContext) -> ActionResult:
        return ActionResult(slots={"bowed": True})

    with pytest.raises(BrandError, match="two actions are called `action_wave`"):
        Registry([wave, bow])
    assert Registry([wave]).joined(Registry([bow])).run("action_wave", NOWHERE).slots == {"bowed": True}


def test_a_module_s_actions_are_found_without_registering_anything() -> None:
    module: Any = ModuleType("brand_actions")
    module.wave, module.number = wave, 3
    assert [one.name for one in Registry.of(module)] == ["action_wave"]


def test_every_action_of_the_demo_domain_is_written_and_every_written_one_is_used() -> None:
    _, dialogue = demo()
    standard_actions().check(dialogue.domain.actions)
    assert {one.name for one in standard_actions()} == set(dialogue.domain.actions)

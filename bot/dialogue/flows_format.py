"""The shape of `flows.yml`, key by key. What the names in it must mean is checked in `flows_file` and `flows_check`."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(Part):
    name: str


class IntentName(Part):
    name: str
    confidence_threshold: float | None = None


class WrittenTrigger(Part):
    intent: str | IntentName


class WrittenRejection(Part):
    condition: str = Field(alias="if")
    utter: str


class WrittenStep(Part):
    id: str = ""
    collect: str = ""
    action: str = ""
    set_slots: list[dict[str, Any]] = Field(default_factory=list)
    link: str = ""
    call: str = ""
    noop: bool = False
    description: str = ""
    utter: str = ""
    ask_before_filling: bool = False
    reset_after_flow_ends: bool = True
    rejections: list[WrittenRejection] = Field(default_factory=list)
    depends_on: list[str] = Field(default_factory=list)
    next: str | list[dict[str, Any]] = ""


class WrittenFlow(Part):
    name: str = ""
    translation: dict[str, Named] = Field(default_factory=dict)
    description: str
    guard: str | bool | None = Field(default=None, alias="if")
    nlu_trigger: list[WrittenTrigger] = Field(default_factory=list)
    persisted_slots: list[str] = Field(default_factory=list)
    steps: list[dict[str, Any]] = Field(min_length=1)


class WrittenFlows(Part):
    version: str = ""
    flows: dict[str, dict[str, Any]]

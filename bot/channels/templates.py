"""Messages a platform has approved beforehand, which may be sent when free words may not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message the platform has approved."""

    name: str
    """As it is called there; at Twilio the id of its content, `HX...`."""
    language: str
    """As it was approved: "fr", "en_GB"."""
    parameters: tuple[str, ...] = ()
    """What stands for {{1}}, {{2}} … of its body."""
    tokens: tuple[str, ...] = ()
    """What its quick replies bring back when they are pressed, in their order, where they are told with each message."""


class TemplateSender(Protocol):
    """A channel that has templates."""

    async def send_template(self, recipient: str, template: Template, key: str) -> str:
        """Send an approved template, whether the customer's window is open or not; raises as `send` does."""
        ...

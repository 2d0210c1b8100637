"""What every channel promises to whoever sends by it. Subclass it and give it a `platform` fixture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import pytest

from bot.errors import AccountRefused, CustomerGone, OutcomeUnknown, Refused, SendFailed, TryLater
from bot.messages import Button, Channel, OutboundMessage


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the customer's device shows it."""

    text: str
    key: str
    id: str
    titles: tuple[str, ...] = ()


class Platform(Protocol):
    """The fake platform behind a channel, and the channel under test."""

    channel: Channel
    customer: str
    """A recipient who can be written to."""

    def shown(self) -> list[Shown]:
        """What the customer's device has shown so far."""
        ...

    def break_next(self, trouble: str) -> None:
        """The next call meets: busy, gone, refused, account, error, silence (both after accepting), unreachable."""
        ...


class ChannelContract:
    def message(self, platform: Platform, text: str = "Bonjour", *, key: str = "k1", **more: object) -> OutboundMessage:
        return OutboundMessage(
            channel=platform.channel.name,
            recipient=platform.customer,
            text=text,
            key=key,
            **more,  # type: ignore[arg-type]
        )

    async def test_a_message_arrives_with_its_key_and_its_id_comes_back(self, platform: Platform) -> None:
        sent = await platform.channel.send(self.message(platform))
        assert platform.shown() == [Shown("Bonjour", "k1", sent)]

    async def test_choices_are_shown(self, platform: Platform) -> None:
        choices = tuple(Button(title=title, token=title.lower()) for title in ("Oui", "Non"))
        await platform.channel.send(self.message(platform, "D’accord ?", buttons=choices))
        assert platform.shown()[0].titles == ("Oui", "Non")

    async def test_a_long_text_arrives_whole_and_in_order(self, platform: Platform) -> None:
        sentences = [f"Phrase numéro {place}." for place in range(platform.channel.limits.text // 7)]
        last = await platform.channel.send(self.message(platform, " ".join(sentences)))
        shown = platform.shown()
        assert " ".join(part.text for part in shown) == " ".join(sentences)
        assert [part.key for part in shown] == [f"k1/{place}" for place in range(1, len(shown) + 1)]
        assert shown[-1].id == last

    async def test_a_long_text_cut_short_goes_on_where_it_stopped(self, platform: Platform) -> None:
        long = self.message(platform, "Une phrase. " * (platform.channel.limits.text // 6))
        await platform.channel.send(self.message(platform, key="k0"))
        platform.break_next("busy after one")
        with pytest.raises(TryLater):
            await platform.channel.send(long)
        await platform.channel.send(long)
        keys = [part.key for part in platform.shown()]
        assert keys == ["k0", *(f"k1/{place}" for place in range(1, len(keys)))]

    @pytest.mark.parametrize(
        ("trouble", "failure", "arrived"),
        [
            ("busy", TryLater, False),
            ("unreachable", TryLater, False),
            ("error", OutcomeUnknown, True),
            ("silence", OutcomeUnknown, True),
            ("cut", OutcomeUnknown, True),
            ("gone", CustomerGone, False),
            ("refused", Refused, False),
            ("account", AccountRefused, False),
        ],
    )
    async def test_a_failure_says_what_to_do_next(
        self, platform: Platform, trouble: str, failure: type[SendFailed], arrived: bool
    ) -> None:
        platform.break_next(trouble)
        with pytest.raises(failure):
            await platform.channel.send(self.message(platform))
        assert bool(platform.shown()) is arrived

    async def test_a_busy_platform_tells_how_long_to_wait(self, platform: Platform) -> None:
        platform.break_next("busy")
        with pytest.raises(TryLater) as met:
            await platform.channel.send(self.message(platform))
        assert met.value.wait == 7

    async def test_the_same_key_is_kept_at_every_attempt(self, platform: Platform) -> None:
        platform.break_next("error")
        with pytest.raises(OutcomeUnknown):
            await platform.channel.send(self.message(platform))
        await platform.channel.send(self.message(platform))
        assert {shown.key for shown in platform.shown()} == {"k1"}

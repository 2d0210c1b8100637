"""Files of customers on a real server: fetched from a pretend WhatsApp, shown to staff alone, gone when they are taken back."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.customers import PATIENCE, Advisor, Platforms, eventually
from tests.end_to_end.test_channel_stories import meta_settings
from tests.fakes.whatsapp_server import FakeWhatsApp
from tests.servers import Server, copy_of

THURSDAY, SECONDS = "2026-11-26T10:00:00+01:00", 1_795_683_600
JPEG = b"\xff\xd8\xff\xe0" + b"camille's coat" * 1000
PAGE = b"<!doctype html><script>alert(document.cookie)</script>"
MANAGER, ADVISOR = "noemie", "ines"


class World:
    """A server, its WhatsApp, and whoever writes."""

    def __init__(self, data: Path, platforms: Platforms) -> None:
        self.platforms = platforms
        self.fake: FakeWhatsApp = platforms.listen(FakeWhatsApp(begins=SECONDS))
        (data / "brands" / "demo" / "channels.yml").write_text(
            "whatsapp:\n  limits: {per_recipient_per_second: 50}\n", encoding="utf-8"
        )
        self.server = Server(data, env={"FILROUGE_CLOCK": THURSDAY} | meta_settings("whatsapp", self.fake))
        self.fake.webhook = f"{self.server.url}/webhooks/whatsapp"

    def sends(self, sender: str, *said: dict[str, Any]) -> list[str]:
        """One body with several messages; their ids."""
        bodies = [self.fake._brought(sender, one) for one in said]
        messages = [body["entry"][0]["changes"][0]["value"]["messages"][0] for body in bodies]
        bodies[0]["entry"][0]["changes"][0]["value"]["messages"] = messages
        assert self.platforms.do(self.fake.push(bodies[0])) == 200
        return [message["id"] for message in messages]

    def picture(self, sender: str, file_id: str, content: bytes = JPEG, mime_type: str = "image/jpeg") -> dict[str, Any]:
        self.fake.files[file_id] = (content, mime_type)
        return {"type": "image", "image": {"id": file_id, "mime_type": mime_type, "sha256": "-"}}

    def files(self, sender: str) -> list[dict[str, Any]]:
        messages = self.server.thread("whatsapp", sender)["messages"]
        return [file for message in messages for file in message.get("files", ())]

    def settled(self, sender: str, count: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []

        def are_there() -> bool:
            found[:] = self.files(sender)
            return len(found) == count and all(file["state"] != "waiting" for file in found)

        eventually(are_there, lambda: f"{count} files in {json.dumps(found)}")
        return found


@pytest.fixture(scope="module")
def world(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Platforms() as platforms:
        made = World(copy_of(trained, tmp_path_factory.mktemp("files")), platforms)
        with made.server:
            yield made


def opened(who: Any, server: Server, file: int) -> tuple[int, bytes, Any]:
    """What somebody's browser gets: the status, the bytes and the headers."""
    opener = who._browser if isinstance(who, Advisor) else urllib.request.build_opener()
    try:
        with opener.open(f"{server.url}/console/media/{file}", timeout=PATIENCE) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers


def test_five_pictures_are_kept_and_answered_once(world: World) -> None:
    sender = "33639987001"
    world.sends(sender, *(world.picture(sender, f"70{n}") for n in range(5)))
    files = world.settled(sender, 5)
    assert {(file["state"], file["mime"], file["size"]) for file in files} == {("kept", "image/jpeg", len(JPEG))}
    eventually(lambda: len(world.fake.shown(sender)) > 0, lambda: "an answer")
    assert [text for text in world.fake.shown(sender) if "photo" in text] == world.fake.shown(sender)
    assert len(world.fake.shown(sender)) == 1
    assert all(world.fake.calls[f"GET 70{n}"] == 1 for n in range(5))


def test_staff_who_may_read_the_conversation_see_the_picture_and_nobody_else(world: World) -> None:
    sender = "33639987002"
    world.sends(sender, world.picture(sender, "710"))
    (file,) = world.settled(sender, 1)
    manager, advisor = Advisor(world.server, MANAGER), Advisor(world.server, ADVISOR)
    conversation = world.server.thread("whatsapp", sender)["customer"]["id"]
    assert f'<img src="/console/media/{file["id"]}"' in manager.reads(f"/conversations/{conversation}")
    status, content, headers = opened(manager, world.server, file["id"])
    assert (status, content, headers["Content-Type"], headers["X-Content-Type-Options"]) == (200, JPEG, "image/jpeg", "nosniff")
    assert opened(advisor, world.server, file["id"])[0] == 404
    stranger = opened(None, world.server, file["id"])
    assert JPEG not in stranger[1]
    assert b"password" in stranger[1]

    world.sends(sender, {"type": "text", "text": {"body": "je veux parler à un conseiller"}})
    advisor.waits_for("33639987002" if "33639987002" in advisor.reads("") else "Camille Roussel")
    assert opened(advisor, world.server, file["id"])[:2] == (200, JPEG)


def test_a_page_disguised_as_a_picture_and_a_file_nobody_has_are_not_kept(world: World) -> None:
    sender = "33639987003"
    gone = world.picture(sender, "721")
    said = [world.picture(sender, "720", PAGE), gone, world.picture(sender, "722", b"<svg onload='alert(1)'/>", "image/svg+xml")]
    del world.fake.files["721"]
    world.sends(sender, *said)
    assert [file["state"] for file in world.settled(sender, 3)] == ["refused"] * 3


def test_a_picture_taken_back_is_really_gone(world: World) -> None:
    sender = "33639987004"
    (message,) = world.sends(sender, world.picture(sender, "730"))
    (file,) = world.settled(sender, 1)
    manager = Advisor(world.server, MANAGER)
    assert opened(manager, world.server, file["id"])[0] == 200
    world.sends(sender, {"type": "revoke", "revoke": {"original_message_id": message}})
    eventually(lambda: world.files(sender) == [], lambda: "no file any more")
    assert opened(manager, world.server, file["id"])[0] == 404
    conversation = world.server.thread("whatsapp", sender)["customer"]["id"]
    assert "message repris par le client" in manager.reads(f"/conversations/{conversation}")


@pytest.mark.crash
def test_a_power_cut_loses_no_file(world: World) -> None:
    sender = "33639987005"
    for number in range(6):
        world.sends(sender, world.picture(sender, f"74{number}"))
    world.server.kill()
    world.server.start()
    files = world.settled(sender, 6)
    assert {(file["state"], file["size"]) for file in files} == {("kept", len(JPEG))}

"""The command line, as an operator types it: what works, and what each mistake says to do."""

from __future__ import annotations

import urllib.error
from pathlib import Path

import pytest

from tests.servers import Server, copy_of


@pytest.fixture(scope="module")
def server(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A data folder with a trained demo brand; nothing runs."""
    return Server(copy_of(trained, tmp_path_factory.mktemp("commands") / "data"))


def test_a_brand_is_begun_from_a_copy_trained_and_served(server: Server, tmp_path: Path) -> None:
    brand = tmp_path / "my-brand"
    server.run("init", str(brand))
    assert {"brand.yml", "stores.yml", "customers.csv", "domain.yml", "data"} <= {path.name for path in brand.iterdir()}
    assert "examples of" in server.run("train", "--brand", str(brand), seconds=600).stderr
    own = Server(server.data, command=("serve", "--brand", str(brand)), env={"FILROUGE_REST_TOKEN": "open-sesame"})
    with own:
        with pytest.raises(urllib.error.HTTPError, match="401"):
            own.say("ana", "bonjour")
        own.token = "open-sesame"
        assert own.say("ana", "bonjour")


def test_what_serve_needs_is_said_before_anything_starts(server: Server, tmp_path: Path) -> None:
    brand = tmp_path / "untrained"
    server.run("init", str(brand))
    untrained = server.run("serve", "--brand", str(brand), check=False)
    assert untrained.returncode == 1
    assert "filrouge train --brand" in untrained.stderr
    wrong = Server(server.data, env={"FILROUGE_CLOCK": "2026-11-26T09:00:00+01:00"})
    clocked = wrong.run("serve", "--brand", str(brand), check=False)
    assert clocked.returncode == 1
    assert "FILROUGE_CLOCK" in clocked.stderr
    assert "Traceback" not in untrained.stderr + clocked.stderr


def test_a_webhook_without_its_secret_stops_the_start(server: Server) -> None:
    folder = server.data / "brands" / "demo"
    wrong = Server(
        server.data,
        env={"FILROUGE_TELEGRAM_TOKEN": "1:x", "FILROUGE_TELEGRAM_WEBHOOK_URL": "https://bot.example/webhooks/telegram"},
    )
    done = wrong.run("serve", "--brand", str(folder), check=False)
    assert done.returncode == 1
    assert "FILROUGE_TELEGRAM_SECRET_TOKEN" in done.stderr


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("brand.yml", "time_zone: Europe/Paris", "time_zone: Europe/Pari", "time_zone"),
        ("brand.yml", "misses_before_handoff:", "misses_before_handof:", "did you mean `misses_before_handoff`"),
        ("stores.yml", "city: Lyon", "ville: Lyon", "city"),
        ("data/flows.yml", "collect: appointment_store", "collect: appointment_stor", "appointment_store"),
        ("domain.yml", "    type: text", "    type: txt", "type"),
    ],
)
def test_a_wrong_line_is_told_with_file_line_and_cure(
    server: Server, tmp_path: Path, file: str, before: str, after: str, told: str
) -> None:
    brand = tmp_path / "brand"
    server.run("init", str(brand))
    text = (brand / file).read_text()
    assert before in text
    (brand / file).write_text(text.replace(before, after, 1))
    done = server.run("serve", "--brand", str(brand), check=False)
    assert done.returncode == 1
    assert file in done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_an_account_is_added_and_its_password_never_travels_as_an_argument(server: Server) -> None:
    command = ("user", "add", "lea", "--role", "advisor")
    refused = server.run(*command, check=False)
    assert refused.returncode == 1
    assert "--password-stdin" in refused.stderr
    short = server.run(*command, "--password-stdin", stdin="short\n", check=False)
    assert short.returncode == 1
    assert "8 to 256" in short.stderr
    assert "lea" in server.run(*command, "--password-stdin", stdin="a long enough password\n").stdout


def test_the_thread_is_one_json_object_and_a_stranger_is_an_error(server: Server) -> None:
    with server:
        server.say("ben", "quels sont vos horaires à Lyon demain ?")
        beside = server.thread("rest", "ben")
    after = server.thread("rest", "ben")
    assert beside == after
    assert list(after) == [
        "customer",
        "identities",
        "owner",
        "slots",
        "flow",
        "cases",
        "appointments",
        "messages",
    ]
    asked, answered = after["messages"]
    assert (asked["direction"], asked["author"], asked["state"]) == ("in", "customer", "handled")
    assert asked["trace"]["intent"] == "opening_hours"
    assert answered["in_reply_to"] == [asked["id"]]
    assert "Lyon Bellecour" in answered["text"]
    stranger = server.run("thread", "rest", "nobody", "--json", check=False)
    assert (stranger.returncode, stranger.stdout) == (1, "")
    assert "nobody" in stranger.stderr


def test_the_database_is_upgraded_once_and_again(server: Server, tmp_path: Path) -> None:
    fresh = Server(server.data, database_url=f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    assert "nothing" in fresh.run("db", "upgrade").stdout
    assert "nothing" not in fresh.run("db", "upgrade").stdout


def test_the_terminal_is_a_customer_like_any_other(server: Server) -> None:
    done = server.run("chat", stdin="bonjour\n4\n")
    assert "Maison Orvelle" in done.stdout
    assert "Je vous passe quelqu’un" in done.stdout


def test_a_restart_keeps_everything_and_prints_the_same_accounts(server: Server) -> None:
    with server:
        first = server.passwords()
        server.say("chloe", "je voudrais un rdv")
    with server:
        assert server.passwords() == first
        assert len(first) == 7
        assert server.thread("rest", "chloe")["flow"] == "book_appointment"
    assert oct((server.data / "demo-passwords.json").stat().st_mode & 0o777) == "0o600"


def test_a_second_server_on_the_same_file_is_refused(server: Server) -> None:
    with server:
        other = Server(server.data)
        done = other.run("demo", check=False)
    assert done.returncode == 1
    assert "PostgreSQL" in done.stderr


def test_help_names_every_command(server: Server) -> None:
    text = server.run("--help").stdout
    for command in ("demo", "init", "train", "serve", "chat", "thread", "nlu", "db", "user"):
        assert command in text

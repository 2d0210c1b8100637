"""The console as an aiohttp application, to be mounted under `/console`."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from handoff.console import acts, conversations, doubles, files, joining, pages, persons, privacy, queue, signin, stores
from handoff.console.accounts import show_accounts
from handoff.console.doors import ADMINS, EVERYONE, MANAGERS, Door, guard
from handoff.console.house import HOUSE, Clock, House
from handoff.console.live import listen
from handoff.console.looks import Looks
from handoff.console.ports import ConsolePorts
from handoff.console.streams import HEARTBEAT, Streams
from handoff.console.undelivered import send_again, show_undelivered, show_undelivered_fragment

CONVERSATION = r"/conversations/{conversation:\d{1,15}}"

DOORS = (
    Door("GET", "/login", signin.show_login, None),
    Door("POST", "/login", signin.sign_in, None),
    Door("GET", r"/static/{name:[a-z_.]{1,40}}", pages.show_asset, None),
    Door("POST", "/logout", signin.sign_out, EVERYONE),
    Door("GET", "", queue.show_queue, EVERYONE),
    Door("GET", "/", queue.to_queue, EVERYONE),
    Door("GET", "/fragments/queue", queue.show_queue_fragment, EVERYONE),
    Door("GET", "/conversations", conversations.show_conversations, MANAGERS),
    Door("GET", "/fragments/conversations", conversations.show_conversations_fragment, MANAGERS),
    # Advisors pass the next doors for the conversations that are theirs to open: `conversations.admitted` tells.
    Door("GET", CONVERSATION, conversations.show_conversation, EVERYONE),
    Door("GET", f"/fragments{CONVERSATION}", conversations.show_conversation_fragment, EVERYONE),
    Door("POST", f"{CONVERSATION}/acts", acts.act, EVERYONE),
    Door("POST", rf"{CONVERSATION}/messages/{{message:\d{{1,15}}}}/correct", acts.correct, MANAGERS),
    Door("POST", rf"{CONVERSATION}/proofs/{{proof:\d{{1,15}}}}/revoke", persons.revoke, MANAGERS),
    Door("POST", rf"{CONVERSATION}/joins/{{sort:conversations|profiles}}/{{join:\d{{1,15}}}}/undo", persons.undo, MANAGERS),
    Door("GET", f"{CONVERSATION}/join", joining.show_join, MANAGERS),
    Door("POST", f"{CONVERSATION}/join", joining.join, MANAGERS),
    Door("GET", "/doubles", doubles.show_doubles, MANAGERS),
    Door("POST", r"/doubles/{double:\d{1,15}}", doubles.decide, MANAGERS),
    Door("GET", f"{CONVERSATION}/archive", privacy.export, ADMINS),
    Door("GET", f"{CONVERSATION}/erase", privacy.show_erase, ADMINS),
    Door("POST", f"{CONVERSATION}/erase", privacy.erase, ADMINS),
    Door("GET", r"/erasures/{receipt:[0-9a-f-]{1,32}}", privacy.show_receipt, ADMINS),
    Door("GET", r"/media/{file:\d{1,15}}", files.show_file, EVERYONE),
    Door("GET", "/live", listen, EVERYONE),
    Door("GET", r"/live/{conversation:\d{1,15}}", listen, EVERYONE),
    Door("GET", "/undelivered", show_undelivered, MANAGERS),
    Door("GET", "/fragments/undelivered", show_undelivered_fragment, MANAGERS),
    Door("POST", r"/undelivered/{message:\d{1,15}}/again", send_again, MANAGERS),
    Door("GET", "/stores", stores.show_stores, EVERYONE),
    Door("GET", r"/stores/{store:[\w-]{1,64}}/today", stores.show_store_day, EVERYONE),
    Door("GET", "/accounts", show_accounts, ADMINS),
)


def console(
    ports: ConsolePorts,
    *,
    clock: Clock,
    secure: Callable[[web.Request], bool],
    address: Callable[[web.Request], str] | None = None,
    heartbeat: float = HEARTBEAT,
) -> web.Application:
    """The console over `ports`: `parent.add_subapp("/console", console(...))`.

    `secure` says whether a request's browser speaks https, and `address` where it comes from (its peer otherwise): where a
    proxy stands in front, only whoever runs it can tell. Sign-in limits count by address. `heartbeat` is in seconds.
    """
    app = web.Application(middlewares=[guard(DOORS)])
    for door in DOORS:
        app.router.add_route(door.method, door.path, door.handler)

    streams = Streams(heartbeat)
    app[HOUSE] = House(
        ports=ports,
        clock=clock,
        secure=secure,
        address=address or (lambda request: request.remote or "unknown"),
        looks=Looks(ports.audit),
        streams=streams,
    )

    async def stop_streams(_: web.Application) -> None:
        streams.close()

    app.on_shutdown.append(stop_streams)
    return app

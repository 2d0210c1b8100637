"""The web application: what every door has in common, health and figures for the operator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot import metrics
from bot.storage.database import UNAVAILABLE
from bot.web.rest import bears, json_response
from bot.web.visitors import Visitors

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Health = Callable[[], Awaitable[dict[str, str]]]
"""What is wrong now, by part; empty when the next message would be answered."""


@web.middleware
async def no_surprises(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whatever goes wrong inside stays inside: the log has it, the caller hears when to come back."""
    try:
        response = await handler(request)
    except web.HTTPException:
        raise
    except asyncio.CancelledError:
        raise
    except web.RequestPayloadError:  # a body that is not what its headers promise; they may be out to fill the log
        return json_response({"error": "the body cannot be read; send it as its headers say"}, status=400)
    except UNAVAILABLE as error:
        if isinstance(error, ConnectionError) and _has_left(request):
            return json_response({"error": "you hung up"}, status=400)  # nobody reads it
        # Nothing was accepted, so whoever asked should ask again: platforms do so by themselves.
        log.exception("storage_unavailable", route=_route(request), error=type(error).__name__)
        return _unavailable("storage is unavailable; try again")
    except Exception:
        log.exception("request_failed", route=_route(request))
        return json_response({"error": "something went wrong on our side; it has been logged"}, status=500)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response


def _unavailable(why: str) -> web.Response:
    response = json_response({"error": why}, status=503)
    response.headers["Retry-After"] = "2"
    return response


def _has_left(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "?"


def application(health: Health, *, visitors: Visitors, metrics_token: str | None = None) -> web.Application:
    """An application with `/healthz` and `/metrics`; the doors are added to it.

    The figures are for this machine and trusted peers, and for whoever sends `metrics_token` where there is one.
    """

    async def healthz(_request: web.Request) -> web.Response:
        wrong = await health()
        return json_response({"ok": not wrong, **({"wrong": wrong} if wrong else {})}, status=503 if wrong else 200)

    async def show_metrics(request: web.Request) -> web.Response:
        if not visitors.is_inside(request) and (metrics_token is None or not bears(request, metrics_token)):
            metrics.REFUSED.labels("metrics", "401").inc()
            why = "ask from the server's own machine, or send the header Authorization: Bearer <FILROUGE_METRICS_TOKEN>"
            response = json_response({"error": why}, status=401)
            response.headers["WWW-Authenticate"] = "Bearer"
            return response
        return web.Response(body=generate_latest(metrics.REGISTRY), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application(middlewares=[no_surprises], client_max_size=256 * 1024)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/metrics", show_metrics)
    return app

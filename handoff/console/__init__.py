"""The advisors' and community managers' console, rendered on the server and live by server-sent events."""

from handoff.console.app import console as console

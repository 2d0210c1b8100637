"""The two loops: take a turn from the inbox; deliver from the outbox."""

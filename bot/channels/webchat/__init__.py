"""The brand's own web chat: our page, our protocol (docs/channels/webchat.md)."""

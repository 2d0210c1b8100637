"""Every HTTP door: webhooks, the web chat, and the pages of the demo."""

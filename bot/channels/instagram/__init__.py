"""Instagram messages, and the public comments and mentions of an account."""

"""Training data in the forms people keep it in: read from any, written to any."""

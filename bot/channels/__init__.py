"""How each platform is read and written: one folder per channel, a pure translator and a thin wire."""

"""Rasa as a brand's second engine: its project written from the brand folder, its model trained, kept and served."""

"""Everything durable: the only room that knows SQLAlchemy. One small module for each durable thing."""

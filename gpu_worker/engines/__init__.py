"""Engines: weights (or rules) running. One protocol, one module per provider."""

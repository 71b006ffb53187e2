"""Engines: running weights, or keyword rules. One protocol, one module per provider."""

"""Blind review: what is hidden until a person has decided, and how it is found and removed."""

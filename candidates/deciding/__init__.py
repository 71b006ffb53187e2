"""Decisions of people on applications, one by one or many at once."""

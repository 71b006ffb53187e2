"""Wishes, swaps and trials: how people ask for a model, and how the rows record what became of it."""

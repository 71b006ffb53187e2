"""Wishes, swaps and trials: people request models, and rows record how it went."""

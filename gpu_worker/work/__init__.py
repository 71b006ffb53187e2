"""Leased work in hand: evaluations, transcripts, and received files."""

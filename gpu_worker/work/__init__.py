"""Work that the worker holds by lease: evaluations, transcripts and received files."""

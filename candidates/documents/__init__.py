"""Documents: the kind of a file, its pages and images, and flags for a person to check."""

"""Pages and REST API of applications: the top room, which brings all others together."""

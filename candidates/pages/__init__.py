"""The pages and the API of applications: they bring all rooms together."""

"""The registry of models: its YAML file, what can be selected from it, and whether it fits into memory."""

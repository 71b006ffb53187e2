"""Permissions of operators."""

from models_admin.kit.permissions import Permission

SWAP = Permission(name="models_admin.swap_model", refusal="You may not swap models. Ask an operator.")

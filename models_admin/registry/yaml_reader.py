"""A strict YAML reader: it refuses what the standard one accepts silently."""

from typing import Any

import yaml
from yaml.constructor import ConstructorError


def parse_yaml(text: str) -> Any:
    """Return the plain values in `text`. Raises yaml.YAMLError with line and column."""
    return yaml.load(text, Loader=_Strict)  # noqa: S506  # a SafeLoader


class _Strict(yaml.SafeLoader):
    """Refuse duplicate keys, of which YAML keeps the last, and characters that databases cannot store."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConstructorError(None, None, "a name must be one word or text", key.start_mark)
            if key.value in seen:
                raise ConstructorError(None, None, f"{key.value!r} appears twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in str(node.value)):
            raise ConstructorError(None, None, "a NUL or half a character is not allowed", node.start_mark)
        return super().construct_scalar(node)

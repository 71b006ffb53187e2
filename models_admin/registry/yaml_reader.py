"""YAML that says what it looks as if it says: what the standard reader lets pass silently is refused here."""

from typing import Any

import yaml
from yaml.constructor import ConstructorError


def parse(text: str) -> Any:
    """Return the plain values in `text`. Raises yaml.YAMLError with line and column."""
    return yaml.load(text, Loader=_Strict)  # noqa: S506  # a SafeLoader


class _Strict(yaml.SafeLoader):
    """Refuses a key that stands twice, where YAML keeps the last, and characters that no database keeps."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ConstructorError(None, None, "a name must be one word or text", key.start_mark)
            if key.value in seen:
                raise ConstructorError(None, None, f"{key.value!r} stands here twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in str(node.value)):
            raise ConstructorError(None, None, "a NUL or half a character stands here", node.start_mark)
        return super().construct_scalar(node)

"""An extra call for vLLM's own worker processes."""


class Extension:
    """A mixin for vLLM's worker class (`worker_extension_cls`); its names must not be taken there."""

    available_kv_cache_memory_bytes: int

    def wfc_kv_cache_bytes(self) -> int:
        """Return the bytes that were left for the KV cache when the engine measured."""
        return int(self.available_kv_cache_memory_bytes)

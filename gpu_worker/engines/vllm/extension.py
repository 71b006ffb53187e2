"""What vLLM's own worker processes can be asked beside what vLLM lets them be asked."""


class Extension:
    """Mixed into vLLM's worker class by its `worker_extension_cls`; the names must not be taken there."""

    available_kv_cache_memory_bytes: int

    def wfc_kv_cache_bytes(self) -> int:
        """What was left for the KV cache when the engine measured, bytes."""
        return int(self.available_kv_cache_memory_bytes)

"""Models in vLLM, on CUDA GPUs and (CPU build) on CPUs. vLLM itself is imported when a model is loaded."""

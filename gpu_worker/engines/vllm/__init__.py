"""Models in vLLM: on CUDA GPUs, and on CPUs with vLLM's CPU build. vLLM itself is imported when one loads."""

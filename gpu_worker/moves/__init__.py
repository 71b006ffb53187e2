"""Move engines between disk, host memory and GPU, and decide whose turn it is there."""

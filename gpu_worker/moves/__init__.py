"""Moving engines between disk, host memory and GPU, and whose turn it is there."""

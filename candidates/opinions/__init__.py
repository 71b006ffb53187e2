"""Second opinions: read again, repeat, and compare those who rated the same applications."""

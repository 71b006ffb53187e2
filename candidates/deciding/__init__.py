"""What people decide, one by one or many at once."""

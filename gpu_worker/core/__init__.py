"""What the worker decides, as pure functions: no Django, no event loop, no engine, no clock."""

"""Second opinions: screen again, repeat evaluations, and compare raters."""

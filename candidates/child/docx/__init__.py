"""Word documents (.docx), read as people read them."""

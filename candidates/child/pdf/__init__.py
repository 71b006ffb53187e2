"""PDFs: the words of their pages, in reading order, and which of them people can see."""

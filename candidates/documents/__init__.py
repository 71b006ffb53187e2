"""What a file is, its pages and images, and what a person should look at before trusting it."""

"""What the templates of the website say with a word of their own."""

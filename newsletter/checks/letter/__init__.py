"""A mail's HTML as its readers meet it: elements, styles, and the words with how they look."""

"""Living backgrounds: a text that is kept and reviewed, its versions, and what they differ in. Pure."""

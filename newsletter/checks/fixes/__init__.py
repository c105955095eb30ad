"""What can be mended in a brief without changing a word: blanks, invisible characters, quotation marks.

``fix`` puts the kinds of change together and proves each by reading the brief again; ``kinds`` has them,
``places`` says where in a brief's lines running text is, ``words`` what must stay as it is.
"""

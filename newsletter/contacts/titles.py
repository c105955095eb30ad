"""What settings say of how readers are greeted."""

from typing import Literal

# By first name, a reader who is listed as “Dr. Ana”: without the title, or without a name.
Titles = Literal["drop", "no_first_name"]

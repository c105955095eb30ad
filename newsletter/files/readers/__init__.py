"""Files of readers: lists that come in and go out, rejected rows, and what commands left behind of them."""

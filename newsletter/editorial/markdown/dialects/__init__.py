"""What writers expect of Markdown beyond CommonMark: meant line ends, bullets, notes, bare addresses."""

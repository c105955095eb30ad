"""From block tokens to stories: gathered by headlines and labels, examined, built."""

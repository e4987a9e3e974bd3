"""The whole bot on a laptop: a cast, a believable past, and a clock that can be moved."""

"""Rendered pictures whose truth is known: objects, places, planted features, whole scenes."""

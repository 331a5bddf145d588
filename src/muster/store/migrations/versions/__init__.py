"""One file a version of the store, in order."""

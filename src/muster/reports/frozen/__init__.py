"""A board pack that cannot be restated in silence: snapshots, what they rest on, what changed since."""

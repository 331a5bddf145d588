"""The step `resolve`: records become people, people and visitors find their account."""

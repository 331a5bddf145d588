"""Pictures of the board pack as inline SVG: small pure functions from figures to text."""

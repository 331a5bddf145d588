"""Whether hand-offs are good: their defects on charts, drift of the chances, signs of working at a count."""

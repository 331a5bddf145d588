"""What the page of one buying group tells, a part of the page each."""

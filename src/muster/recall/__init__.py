"""What was known as of the date: every table the later steps read, with nothing from later."""

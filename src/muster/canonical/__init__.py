"""What we talk about: table contracts, money, dated rules."""

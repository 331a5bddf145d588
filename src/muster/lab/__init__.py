"""Who is who, decided and measured: decisions of people, samples to review, and what a change would move."""

"""The step `weigh`: what each group's evidence is worth, and when fading takes it across a threshold."""

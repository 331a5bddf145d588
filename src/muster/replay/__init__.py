"""The company's own history twice: under its MQL rule and under Muster's policy, at equal weekly capacity."""

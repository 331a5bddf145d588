"""What the chances, the scores and the policy were worth on the company's own past: `muster backtest`."""

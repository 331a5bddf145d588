"""What an opportunity that opens would be worth: a log-normal amount by solution, industry and size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from muster.chances.deals import Accounts, Deals
from muster.chances.ridge import Z80, Matrix, Vector
from muster.chances.told import Row, Weight, fingerprint, told

Names = npt.NDArray[np.object_]

PLAIN = ("intercept", "is won", "size", "size is known")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Cents of each row, whole: mean and median, and the ends of the 80 % interval of one such deal."""

    mean: npt.NDArray[np.int64]
    median: npt.NDArray[np.int64]
    low: npt.NDArray[np.int64]
    high: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AmountModel:
    """Learnt at an instant: the logarithm of a won deal's cents is a sum of coefficients, with a spread."""

    trained_at: int
    deals: int
    penalty: float
    names: tuple[str, ...]
    means: Vector
    coefficients: Vector
    spread: float  # standard deviation of one deal's logarithm
    smearing: float  # mean over median (Duan 1983)
    unsure: Matrix  # of the coefficients, as a part of the spread's square

    @property
    def version(self) -> str:
        """Twelve hexadecimal digits: the same for the same model, whoever learnt it."""
        rest = np.array([self.spread, self.smearing])
        return fingerprint(
            "amount",
            self.trained_at,
            (*self.names, "spread", "smearing"),
            np.r_[self.means, 0.0, 0.0],
            np.r_[self.coefficients, rest],
        )

    def row(self) -> Row:
        """What `chance_model` says of it."""
        return {
            "target": "amount",
            "kind": "lognormal",
            "trained_at": self.trained_at,
            "row_count": self.deals,
            "opening_count": self.deals,
            "penalty": self.penalty,
            "intercept": float(f"{np.log(self.smearing):.9g}"),
            "spread": self.spread,
        }

    def weights(self) -> list[Weight]:
        """What `chance_coefficient` says of it."""
        return list(zip(self.names, self.means, np.ones(len(self.names)), self.coefficients, strict=True))

    def judge(self, solutions: Names, industries: Names, sizes: Vector) -> Amounts:
        """What a deal that is won would be worth, by solution, industry and number of employees."""
        x = _columns(np.ones(len(sizes)), solutions, industries, sizes, self.names) - self.means
        middle = np.zeros(len(sizes))
        for number, coefficient in enumerate(self.coefficients):
            middle += x[:, number] * coefficient
        reach = Z80 * self.spread * np.sqrt(1.0 + ((x @ self.unsure) * x).sum(axis=1))
        return Amounts(
            _cents(middle + np.log(self.smearing)),
            _cents(middle),
            _cents(middle - reach),
            _cents(middle + reach),
        )


def learn_amounts(
    deals: Deals, accounts: Accounts, *, trained_at: int, currency: str, fewest: int, borrowed: float
) -> AmountModel | None:
    """The model of closed deals' amounts in a currency; None where fewer than `fewest` have one.

    Ridge regression of the logarithm (Hoerl and Kennard 1970), so that a solution or an industry of few
    deals stays near what all say: each borrows with the weight of `borrowed` deals. Lost deals tell what
    solutions and sizes do; a column says what won ones are worth beside them. Nothing is converted: other
    currencies are left out.
    """
    known = deals.known_by(trained_at)
    kept = (known.closed_at <= trained_at) & (known.cents > 0) & (known.currencies == currency)
    if int(kept.sum()) < fewest or not known.is_won[kept].any():
        return None
    of = known.account_ids[kept]
    solutions, industries = known.solution_ids[kept], accounts.industries(of, trained_at)
    names = (
        *PLAIN,
        *(f"solution {s}" for s in sorted(set(solutions))),
        *(f"industry {i}" for i in sorted(set(industries) - {""})),
    )
    won = known.is_won[kept].astype(np.float64)
    raw = _columns(won, solutions, industries, accounts.sizes(of, trained_at), names)
    y = np.log(known.cents[kept].astype(np.float64))
    means = told(np.r_[0.0, raw[:, 1:].mean(axis=0)])
    x = raw - means
    held = np.r_[1e-6, np.full(len(names) - 1, borrowed)]
    unsure = np.linalg.inv(x.T @ x + np.diag(held))
    found = told(unsure @ (x.T @ y))
    left = y - x @ found
    # As many degrees of freedom are used up as the penalty leaves (Hastie and Tibshirani 1990).
    used = float(np.einsum("ij,jk,ik->i", x, unsure, x).sum())
    spread = float(np.sqrt(np.square(left).sum() / max(len(y) - used, 1.0)))
    return AmountModel(
        trained_at,
        len(y),
        borrowed,
        names,
        means,
        found,
        float(f"{spread:.9g}"),
        float(f"{np.exp(left).mean():.9g}"),
        unsure,
    )


def _columns(
    won: Vector,
    solutions: Names,
    industries: Names,
    sizes: Vector,
    names: tuple[str, ...],
) -> Matrix:
    """Size as the logarithm of employees beside 200 of them; 0, and not known, where nothing is said."""
    has_size = np.isfinite(sizes)
    size = np.where(has_size, np.log(np.where(has_size, np.maximum(sizes, 1.0), 1.0) / 200.0), 0.0)
    columns = [np.ones(len(sizes)), won, size, has_size.astype(np.float64)]
    for name in names[len(PLAIN) :]:
        kind, _, value = name.partition(" ")
        columns.append(((solutions if kind == "solution" else industries) == value).astype(np.float64))
    return np.column_stack(columns)


def _cents(logarithm: Vector) -> npt.NDArray[np.int64]:
    return np.floor(np.exp(np.minimum(logarithm, 40.0)) + 0.5).astype(np.int64)

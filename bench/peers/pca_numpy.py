"""Class-wise neural PCA in Python: the original's way, and what its neighbours offer."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from serve import Ready, serve

Floats = NDArray[np.float32]
# Eigenvalues [m], components [m, d], alphas [N, m].
Fit = tuple[NDArray[np.float64], NDArray[np.float32], NDArray[np.float32]]


def alphas_of(centred: Floats, components: Floats) -> Floats:
    """alpha_l = <1, v_l> <psi - mean, v_l>: [N, m]"""
    return (centred @ components.T) * components.sum(axis=1)


def by_covariance(psi: Floats, count: int) -> Fit:
    """numpy.cov in float64, every vector, the leading ones kept."""
    centred = psi - psi.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(centred, rowvar=False))
    components = vectors[:, ::-1][:, :count].T.astype(np.float32)
    return values[::-1][:count], components, alphas_of(centred, components)


def by_gram(psi: Floats, count: int) -> Fit:
    """X X^T in float64; its leading vectors u_l give v_l = X^T u_l / |X^T u_l|."""
    wide = psi.astype(np.float64)
    wide -= wide.mean(axis=0)
    values, vectors = np.linalg.eigh(wide @ wide.T)
    leading = wide.T @ vectors[:, ::-1][:, :count]
    leading /= np.linalg.norm(leading, axis=0)
    components = leading.T.astype(np.float32)
    scale = len(psi) - 1
    return values[::-1][:count] / scale, components, alphas_of(wide.astype(np.float32), components)


def by_scikit_learn(psi: Floats, count: int) -> Fit:
    from sklearn.decomposition import PCA

    pca = PCA(n_components=count, svd_solver="covariance_eigh").fit(psi.astype(np.float64))
    components = pca.components_.astype(np.float32)
    return pca.explained_variance_, components, alphas_of(psi - psi.mean(axis=0), components)


FITS: dict[str, Callable[[Floats, int], Fit]] = {
    "numpy-covariance": by_covariance,
    "numpy-gram": by_gram,
    "scikit-learn": by_scikit_learn,
}


def load(arguments: argparse.Namespace) -> Ready:
    version = f"numpy {np.__version__}"
    if arguments.mode == "scikit-learn":
        import sklearn

        version += f", scikit-learn {sklearn.__version__}"
    fit = FITS[arguments.mode]
    shape = (-1, arguments.dimensions)
    features = np.fromfile(arguments.features, np.float32).reshape(shape)
    weights = np.fromfile(arguments.weights, np.float32).reshape(shape)
    values, _, _ = fit(features * weights[0], arguments.components)

    def run() -> int:
        for weight in weights:
            fit(features * weight, arguments.components)
        return len(weights)

    return Ready(version=version, warm_up="one class", run=run, answer=values.tolist())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mode", required=True)
    parser.add_argument("--features", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    for name in ("images", "dimensions", "components", "classes", "threads"):
        parser.add_argument(f"--{name}", type=int, required=True)
    arguments = parser.parse_args()
    serve(lambda: load(arguments))


if __name__ == "__main__":
    main()

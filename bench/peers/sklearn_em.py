#!/usr/bin/env python3
"""scikit-learn's side of `./dev bench em`: full-covariance EM on the windows of a series.

    sklearn_em.py SERIES_FILE COLUMN N,D,K ITERATIONS REPETITIONS

Series: the first N+D-1 values of the column, less their mean, over their population standard deviation.
Start: window n is of component floor(n*K/N). Ridge: 1e-6 on each covariance's diagonal. Nothing stops EM early.

Writes one JSON object: milliseconds an iteration, (time of 1 + ITERATIONS iterations - time of one) / ITERATIONS, each the
shortest of REPETITIONS; mean log-likelihood of a window under the parameters after ITERATIONS; peak memory of a fit above the
process before it, in MiB; this machine's double-precision matrix product in Gflop/s; versions.

Debian: python3-sklearn and libopenblas0-pthread. The reference BLAS is refused: with it scikit-learn is several times slower, and
the comparison would say nothing.
"""
import csv
import json
import os
import resource
import sys
import time
import warnings

# Settings that pin OpenBLAS to another machine's kernels would slow it down.
for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(name, None)

import numpy
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_info

warnings.simplefilter("ignore", ConvergenceWarning)


def require_fast_blas():
    libraries = [pool for pool in threadpool_info() if pool.get("user_api") == "blas"]
    names = {pool["internal_api"] for pool in libraries}
    if not names & {"openblas", "mkl", "blis"}:
        sys.exit("numpy runs on the reference BLAS; install libopenblas0-pthread (apt-get install libopenblas0-pthread)")
    return libraries[0]


class GivenLabels(GaussianMixture):
    """Starts from one M-step with every window wholly in its contiguous segment."""

    def _initialize_parameters(self, windows, random_state):
        segment = numpy.arange(len(windows)) * self.n_components // len(windows)
        self._initialize(windows, numpy.eye(self.n_components)[segment])


def windows_of(path, column, n, d):
    with open(path, newline="") as rows:
        values = [float(row[column]) for row, _ in zip(csv.DictReader(rows), range(n + d - 1))]
    if len(values) < n + d - 1:
        sys.exit(f"the series has {len(values)} values; {n} windows of {d} need {n + d - 1}")
    series = numpy.asarray(values)
    series = (series - series.mean()) / series.std()
    return numpy.ascontiguousarray(numpy.lib.stride_tricks.sliding_window_view(series, d))


def mixture(k, iterations):
    return GivenLabels(k, covariance_type="full", reg_covar=1e-6, tol=0.0, max_iter=iterations)


def seconds(windows, k, iterations):
    model = mixture(k, iterations)
    start = time.perf_counter()
    model.fit(windows)
    return time.perf_counter() - start


def peak_kib():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def matrix_product_gflops():
    size = 1536
    a = numpy.random.default_rng(1).standard_normal((size, size))
    a @ a
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        a @ a
        best = min(best, time.perf_counter() - start)
    return 2 * size**3 / best / 1e9


def main():
    path, column, shape, iterations, repetitions = sys.argv[1:6]
    n, d, k = (int(part) for part in shape.split(","))
    iterations, repetitions = int(iterations), int(repetitions)
    blas = require_fast_blas()
    windows = windows_of(path, column, n, d)
    idle = peak_kib()
    fitted = mixture(k, iterations).fit(windows)
    peak = peak_kib() - idle
    likelihood = float(fitted.score(windows))
    one = min(seconds(windows, k, 1) for _ in range(repetitions))
    many = min(seconds(windows, k, 1 + iterations) for _ in range(repetitions))
    print(json.dumps({
        "milliseconds": 1e3 * (many - one) / iterations,
        "log_likelihood": likelihood,
        "peak_mib": peak / 1024,
        "matrix_product_gflops": matrix_product_gflops(),
        "versions": f"scikit-learn {sklearn.__version__}, numpy {numpy.__version__}, "
                    f"{blas['internal_api']} {blas.get('version')} ({blas.get('num_threads')} threads)",
    }))


if __name__ == "__main__":
    main()

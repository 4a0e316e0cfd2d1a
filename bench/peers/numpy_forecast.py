#!/usr/bin/python3
"""The conditional mean of a Gaussian mixture in numpy, one query at a time: what the forecast benchmark compares with.

    numpy_forecast.py INPUT OUTPUT PAST FUTURE COMPONENTS QUERIES

INPUT holds doubles: weights (K), means (K x D), covariances (K x D x D), pasts (QUERIES x PAST), D = PAST + FUTURE.
OUTPUT receives the conditional means, QUERIES x FUTURE doubles. Two ways of computing them are timed, both weighing the
components by the past alone: `per_query_factorisation` inverts every past block at each query; `precomputed` keeps inverse
Cholesky factors and gains, as our program does. Prints JSON: microseconds a forecast, the best of five batches each.
"""
import json
import platform
import sys
import time

import numpy


def main(source, target, past, future, components, queries):
    dimension = past + future
    numbers = numpy.fromfile(source)
    sizes = [components, components * dimension, components * dimension ** 2, queries * past]
    weights, means, covariances, pasts = numpy.split(numbers, numpy.cumsum(sizes)[:-1])
    means = means.reshape(components, dimension)
    covariances = covariances.reshape(components, dimension, dimension)
    pasts = pasts.reshape(queries, past)
    observed, unseen = means[:, :past], means[:, past:]
    within = covariances[:, :past, :past]
    across = covariances[:, past:, :past]
    log_weights = numpy.log(weights)

    def share(logs):
        shares = numpy.exp(logs - logs.max())
        return shares / shares.sum()

    def factorising(x):
        logs = numpy.empty(components)
        conditional = numpy.empty((components, future))
        for k in range(components):
            inverse = numpy.linalg.inv(within[k])
            offset = x - observed[k]
            logs[k] = log_weights[k] - 0.5 * (numpy.linalg.slogdet(within[k])[1] + offset @ inverse @ offset)
            conditional[k] = unseen[k] + across[k] @ inverse @ offset
        return share(logs) @ conditional

    factors = numpy.linalg.cholesky(within)
    inverses = numpy.linalg.inv(factors)
    gains = numpy.stack([numpy.linalg.solve(within[k], across[k].T).T for k in range(components)])
    constants = log_weights - numpy.log(numpy.diagonal(factors, axis1=1, axis2=2)).sum(axis=1)

    def precomputed(x):
        offset = x - observed
        whitened = numpy.einsum("kij,kj->ki", inverses, offset)
        shares = share(constants - 0.5 * (whitened * whitened).sum(axis=1))
        return shares @ (unseen + numpy.einsum("kij,kj->ki", gains, offset))

    assert numpy.allclose(factorising(pasts[0]), precomputed(pasts[0]))
    numpy.array([precomputed(x) for x in pasts]).tofile(target)
    return {
        "per_query_factorisation_us": clock(factorising, pasts[:100]),
        "precomputed_us": clock(precomputed, pasts),
        "versions": f"Python {platform.python_version()}, numpy {numpy.__version__}",
    }


def clock(forecast, pasts):
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for x in pasts:
            forecast(x)
        best = min(best, (time.perf_counter() - start) / len(pasts))
    return best * 1e6


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:7]))))

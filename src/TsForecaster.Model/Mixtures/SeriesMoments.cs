namespace TsForecaster.Model.Mixtures;

/// <summary>
/// The windows of one series summed up: how many, their mean, and their scatter about it. A density with one Gaussian for all of them
/// needs no more.
/// </summary>
/// <param name="Count">N.</param>
/// <param name="Mean">x̄, D numbers; zeros without windows.</param>
/// <param name="Scatter">Σ_n (x_n − x̄)(x_n − x̄)ᵀ, its lower triangle by rows, D(D + 1)/2 numbers.</param>
internal sealed record SeriesMoments(int Count, double[] Mean, double[] Scatter)
{
    public int Dimension => Mean.Length;
}

using TsForecaster.Model.Windows;

namespace TsForecaster.Model.Forecasting;

/// <summary>Fits to the same histories, done once for all recipes that share them. Holds the last few, since a large one is many megabytes.</summary>
internal sealed class BaseFits(IReadOnlyList<ReadOnlyMemory<double>> histories, int capacity)
{
    private readonly List<((DensityRecipe Recipe, ValueTransform Transform) Key, WindowModel? Model)> _fits = [];

    public WindowModel? Of(DensityRecipe recipe, ValueTransform transform, CancellationToken cancellation)
    {
        var key = (recipe.Base, transform);
        int at = _fits.FindIndex(fit => fit.Key == key);
        if (at >= 0)
        {
            return _fits[at].Model;
        }

        if (_fits.Count == capacity)
        {
            _fits.RemoveAt(0);
        }

        WindowModel? model = recipe.FitBase([.. histories.Select(history => transform.Apply(history))], cancellation);
        _fits.Add((key, model));
        return model;
    }
}

namespace TsForecaster.Worker.Commands.Reports;

/// <summary>A frame with axes, grid and legend, and the means to draw into it in the units of the axes.</summary>
internal sealed class Plot
{
    private const double Width = 580.0;
    private const double Inner = 220.0;
    private const double LegendRow = 20.0;
    private const double CharacterWidth = 6.4;
    private const double Swatch = 15.0;

    private readonly Svg _svg;
    private readonly Axis _x;
    private readonly Axis _y;
    private readonly double _left;
    private readonly double _top;

    /// <param name="title">For those who do not see it.</param>
    /// <param name="x">To the right.</param>
    /// <param name="y">Upwards.</param>
    /// <param name="xTitle">What x is, under it.</param>
    /// <param name="yTitle">What y is, over it.</param>
    /// <param name="legend">Style of a line or an area, and what it stands for.</param>
    public Plot(string title, Axis x, Axis y, string xTitle, string yTitle, params IReadOnlyList<(string Style, string Text)> legend)
    {
        (_x, _y) = (x, y);
        _left = 14.0 + (CharacterWidth * y.Ticks.Select(tick => y.Label(tick).Length).DefaultIfEmpty(1).Max());
        (double X, int Row)[] places = LegendPlaces(legend);
        double legendHeight = places.Length > 0 ? (places[^1].Row + 1) * LegendRow : 0.0;
        _top = legendHeight + 24.0;
        _svg = new Svg(Width, _top + Inner + 44.0, title);
        for (int i = 0; i < places.Length; i++)
        {
            double baseline = (places[i].Row * LegendRow) + 12.0;
            DrawSwatch(legend[i].Style, places[i].X, baseline - 4.0);
            _svg.Text("label", places[i].X + Swatch + 5.0, baseline, "start", legend[i].Text);
        }

        foreach (double tick in y.Ticks)
        {
            _svg.Line("grid", _left, Y(tick), Right, Y(tick));
            _svg.Text("tick", _left - 7.0, Y(tick) + 4.0, "end", y.Label(tick));
        }

        foreach (double tick in x.Ticks)
        {
            _svg.Line("mark", X(tick), Bottom, X(tick), Bottom + 4.0);
            _svg.Text("tick", X(tick), Bottom + 17.0, "middle", x.Label(tick));
        }

        _svg.Line("axis", _left, Bottom, Right, Bottom);
        _svg.Text("axis-title", _left, _top - 9.0, "start", yTitle);
        _svg.Text("axis-title", (_left + Right) / 2.0, Bottom + 35.0, "middle", xTitle);
    }

    private static double Right => Width - 14.0;

    private double Bottom => _top + Inner;

    /// <summary>Everything drawn by <paramref name="content"/> ends at the frame.</summary>
    public void Inside(Action content) => _svg.Clipped(_left, _top, Right - _left, Inner, content);

    public void Curve(string style, IEnumerable<(double X, double Y)> points) =>
        _svg.Curve(style, points.Select(point => (X(point.X), Y(point.Y))));

    /// <summary>Between a lower and an upper end at each x.</summary>
    public void Band(string style, IReadOnlyList<(double X, double Lower, double Upper)> ends) =>
        _svg.Area(style, [.. ends.Select(end => (X(end.X), Y(end.Upper))), .. ends.Reverse().Select(end => (X(end.X), Y(end.Lower)))]);

    /// <summary>A bar from zero up.</summary>
    public void Bar(string style, double from, double to, double height, string tip) =>
        _svg.Rectangle(style, X(from) + 0.75, Y(height), X(to) - X(from) - 1.5, Y(0.0) - Y(height), tip);

    public void Dot(string style, double x, double y, string? tip = null) => _svg.Dot(style, X(x), Y(y), 3.0, tip);

    /// <summary>A line across the frame at a height.</summary>
    public void Level(string style, double y) => _svg.Line(style, _left, Y(y), Right, Y(y));

    /// <summary>A line up the frame.</summary>
    public void Upright(string style, double x) => _svg.Line(style, X(x), _top, X(x), Bottom);

    public override string ToString() => _svg.ToString();

    private static (double X, int Row)[] LegendPlaces(IReadOnlyList<(string Style, string Text)> legend)
    {
        var places = new (double X, int Row)[legend.Count];
        double x = 0.0;
        int row = 0;
        for (int i = 0; i < places.Length; i++)
        {
            double width = Swatch + 5.0 + (CharacterWidth * legend[i].Text.Length) + 13.0;
            if (x > 0.0 && x + width > Width)
            {
                (x, row) = (0.0, row + 1);
            }

            places[i] = (x, row);
            x += width;
        }

        return places;
    }

    private void DrawSwatch(string style, double x, double y)
    {
        if (style.StartsWith("line", StringComparison.Ordinal))
        {
            _svg.Line(style, x, y, x + Swatch, y);
        }
        else
        {
            _svg.Rectangle(style, x, y - 5.0, Swatch, 10.0);
        }
    }

    private double X(double value) => _left + ((value - _x.Min) / (_x.Max - _x.Min) * (Right - _left));

    private double Y(double value) => Bottom - ((value - _y.Min) / (_y.Max - _y.Min) * Inner);
}

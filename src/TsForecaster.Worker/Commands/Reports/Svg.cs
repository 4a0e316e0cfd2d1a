using System.Globalization;
using System.Net;
using System.Text;

namespace TsForecaster.Worker.Commands.Reports;

/// <summary>An SVG drawing, written element by element; colours come from the page's style sheet by class name.</summary>
internal sealed class Svg
{
    private readonly StringBuilder _text = new();
    private readonly double _width;
    private readonly double _height;
    private readonly string _title;

    /// <param name="width">In units that text is a dozen of.</param>
    /// <param name="height">In the same.</param>
    /// <param name="title">What the drawing shows, for those who do not see it.</param>
    public Svg(double width, double height, string title) => (_width, _height, _title) = (width, height, title);

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Escaped(string text) => WebUtility.HtmlEncode(text);

    /// <summary>What is drawn by <paramref name="content"/>, cut off at the edges of a rectangle.</summary>
    public void Clipped(double x, double y, double width, double height, Action content)
    {
        // The same coordinates inside as outside: a nested drawing is cut at its own edges.
        _text.Append(CultureInfo.InvariantCulture, $"<svg x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(width)}\" height=\"{Number(height)}\" viewBox=\"{Number(x)} {Number(y)} {Number(width)} {Number(height)}\">\n");
        content();
        _text.Append("</svg>\n");
    }

    public void Line(string style, double x1, double y1, double x2, double y2) =>
        _text.Append(CultureInfo.InvariantCulture, $"<line class=\"{style}\" x1=\"{Number(x1)}\" y1=\"{Number(y1)}\" x2=\"{Number(x2)}\" y2=\"{Number(y2)}\"/>\n");

    /// <param name="tip">Shown when pointed at.</param>
    public void Rectangle(string style, double x, double y, double width, double height, string? tip = null)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<rect class=\"{style}\" x=\"{Number(x)}\" y=\"{Number(y)}\" width=\"{Number(Math.Max(0.0, width))}\" height=\"{Number(Math.Max(0.0, height))}\"");
        Close("rect", tip);
    }

    public void Dot(string style, double x, double y, double radius, string? tip = null)
    {
        _text.Append(CultureInfo.InvariantCulture, $"<circle class=\"{style}\" cx=\"{Number(x)}\" cy=\"{Number(y)}\" r=\"{Number(radius)}\"");
        Close("circle", tip);
    }

    /// <param name="anchor">start, middle or end.</param>
    public void Text(string style, double x, double y, string anchor, string text) =>
        _text.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{Number(x)}\" y=\"{Number(y)}\" text-anchor=\"{anchor}\">{Escaped(text)}</text>\n");

    /// <summary>A line through the points; it breaks where one is NaN.</summary>
    public void Curve(string style, IEnumerable<(double X, double Y)> points)
    {
        StringBuilder path = new();
        bool drawing = false;
        foreach ((double x, double y) in points)
        {
            bool here = !double.IsNaN(y);
            if (here)
            {
                path.Append(drawing ? 'L' : 'M').Append(Number(x)).Append(' ').Append(Number(y));
            }

            drawing = here;
        }

        if (path.Length > 0)
        {
            _text.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"{path}\"/>\n");
        }
    }

    /// <summary>The area within a closed outline.</summary>
    public void Area(string style, IEnumerable<(double X, double Y)> outline) =>
        _text.Append(CultureInfo.InvariantCulture, $"<path class=\"{style}\" d=\"M{string.Join('L', outline.Select(point => $"{Number(point.X)} {Number(point.Y)}"))}Z\"/>\n");

    public override string ToString() =>
        $"<svg class=\"plot\" role=\"img\" viewBox=\"0 0 {Number(_width)} {Number(_height)}\"><title>{Escaped(_title)}</title>\n{_text}</svg>\n";

    private void Close(string element, string? tip) =>
        _text.Append(tip is null ? "/>\n" : $"><title>{Escaped(tip)}</title></{element}>\n");
}

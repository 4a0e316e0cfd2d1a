using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// How a lower triangular D×D matrix lies in memory for <see cref="WhiteningKernel"/>: panels of eight rows, the first holding the
/// D mod 8 rows that are left over (so that padding costs least), in as few stages of up to three panels as there can be, of nearly equal size. A stage's columns lie one
/// after another, each as far as it reaches: all panels side by side up to the first one's last column, then those from the second on, and so forth.
/// </summary>
internal sealed class PanelLayout
{
    private const int Rows = WhiteningKernel.PanelRows;
    private const int MostTogether = 3;

    private PanelLayout(int[] order)
    {
        Order = order;
        Panels = (order.Length + Rows - 1) / Rows;
        List<Stage> stages = [];
        int offset = 0;
        for (int panel = 0; panel < Panels; panel += stages[^1].Panels)
        {
            int left = Panels - panel, stagesLeft = (left + MostTogether - 1) / MostTogether, together = (left + stagesLeft - 1) / stagesLeft;
            stages.Add(new Stage(panel, together, order.Length - (Rows * (Panels - 1 - panel)), offset));
            for (int p = 0; p < together; p++)
            {
                offset += Rows * stages[^1].ColumnsOf(p);
            }
        }

        (Stages, Size) = ([.. stages], offset);
    }

    /// <summary>The number of a window that belongs to each row and column of the matrix.</summary>
    public int[] Order { get; }

    public int Dimension => Order.Length;

    public Stage[] Stages { get; }

    public int Panels { get; }

    /// <summary>Numbers that the panels take.</summary>
    public int Size { get; }

    /// <summary>Rows and columns in the order of a window.</summary>
    public static PanelLayout Natural(int dimension) => new([.. Enumerable.Range(0, dimension)]);

    /// <summary>
    /// Rows and columns in the order of van der Corput's sequence: the first few spread over the whole window and tell more about
    /// which component it belongs to than as many neighbouring steps do, so a component is ruled out sooner.
    /// </summary>
    public static PanelLayout Spread(int dimension)
    {
        int bits = 0;
        while (1 << bits < dimension)
        {
            bits++;
        }

        List<int> order = new(dimension);
        for (int i = 0; i < 1 << bits; i++)
        {
            int reversed = 0;
            for (int bit = 0; bit < bits; bit++)
            {
                reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
            }

            if (reversed < dimension)
            {
                order.Add(reversed);
            }
        }

        return new PanelLayout([.. order]);
    }

    /// <summary>Copies the upper triangle of Wᵀ (row-major, a row every <paramref name="width"/> numbers, zero below its diagonal) into panels.</summary>
    public void Pack(ReadOnlySpan<double> transposed, int width, Span<double> panels)
    {
        foreach (Stage stage in Stages)
        {
            int at = stage.Offset;
            for (int p = 0, j = 0; p < stage.Panels; p++)
            {
                // Columns of the panels from p on; the rows of all but the first follow one another.
                int row = stage.RowOf(p), rows = stage.RowsFrom(p), padding = (Rows * (stage.Panels - p)) - rows;
                for (; j < stage.ColumnsOf(p); j++, at += rows + padding)
                {
                    ReadOnlySpan<double> column = transposed.Slice((j * width) + row, rows);
                    column[..(Rows - padding)].CopyTo(panels[at..]);
                    panels.Slice(at + Rows - padding, padding).Clear();
                    column[(Rows - padding)..].CopyTo(panels[(at + Rows)..]);
                }
            }
        }
    }

    /// <summary>The inverse of <see cref="Pack"/>; writes D rows, zero below the diagonal.</summary>
    public void Unpack(ReadOnlySpan<double> panels, int width, Span<double> transposed)
    {
        transposed[..(Dimension * width)].Clear();
        foreach (Stage stage in Stages)
        {
            int at = stage.Offset;
            for (int p = 0, j = 0; p < stage.Panels; p++)
            {
                int row = stage.RowOf(p), rows = stage.RowsFrom(p), padding = (Rows * (stage.Panels - p)) - rows;
                for (; j < stage.ColumnsOf(p); j++, at += rows + padding)
                {
                    Span<double> column = transposed.Slice((j * width) + row, rows);
                    panels.Slice(at, Rows - padding).CopyTo(column);
                    panels.Slice(at + Rows, rows + padding - Rows).CopyTo(column[(Rows - padding)..]);
                }
            }
        }
    }

    /// <summary>W v as the kernel's bias, eight numbers a panel; returns its squared norm. A number is one running sum over the columns.</summary>
    /// <param name="v">D numbers in the order of a window.</param>
    public double Multiply(ReadOnlySpan<double> panels, ReadOnlySpan<double> v, Span<double> product)
    {
        product.Clear();
        foreach (Stage stage in Stages)
        {
            Span<double> rows = product.Slice(Rows * stage.Panel, Rows * stage.Panels);
            int at = stage.Offset;
            for (int p = 0, j = 0; p < stage.Panels; p++)
            {
                for (; j < stage.ColumnsOf(p); j++)
                {
                    Vector512<double> value = Vector512.Create(v[Order[j]]);
                    for (int i = Rows * p; i < rows.Length; i += Rows, at += Rows)
                    {
                        Vector512<double> sum = Vector512.Create<double>(rows[i..]);
                        Vector512.FusedMultiplyAdd(Vector512.Create(panels[at..]), value, sum).CopyTo(rows[i..]);
                    }
                }
            }
        }

        double norm = 0.0;
        foreach (double value in product[..(Rows * Panels)])
        {
            norm = Math.FusedMultiplyAdd(value, value, norm);
        }

        return norm;
    }

    /// <summary>Panels that are taken together.</summary>
    /// <param name="Panel">The first of them.</param>
    /// <param name="Panels">How many: up to three.</param>
    /// <param name="Columns">Columns of the first.</param>
    /// <param name="Offset">Where their numbers begin.</param>
    internal readonly record struct Stage(int Panel, int Panels, int Columns, int Offset)
    {
        /// <summary>Rows that are not padding.</summary>
        public int Rows => RowsFrom(0);

        /// <summary>Columns of a panel, which is the row behind its last one too.</summary>
        public int ColumnsOf(int panel) => Columns + (WhiteningKernel.PanelRows * panel);

        /// <summary>The row of the matrix with which a panel begins: only the very first is not full.</summary>
        public int RowOf(int panel) => Math.Max(0, ColumnsOf(panel) - WhiteningKernel.PanelRows);

        /// <summary>Rows of a panel and those after it, without padding.</summary>
        public int RowsFrom(int panel) => ColumnsOf(Panels - 1) - RowOf(panel);
    }
}

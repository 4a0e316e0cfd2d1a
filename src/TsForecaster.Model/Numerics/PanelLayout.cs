using System.Runtime.Intrinsics;

namespace TsForecaster.Model.Numerics;

/// <summary>
/// How a lower triangular D×D matrix lies in memory for <see cref="WhiteningKernel"/>: panels of eight rows, the first holding the
/// D mod 8 rows that are left over (so that padding costs least), two panels a stage, columns one after another.
/// </summary>
internal sealed class PanelLayout
{
    private PanelLayout(int[] order)
    {
        Order = order;
        int panels = (order.Length + WhiteningKernel.PanelRows - 1) / WhiteningKernel.PanelRows;
        int first = order.Length - (WhiteningKernel.PanelRows * (panels - 1));
        List<Stage> stages = [];
        int offset = 0;
        for (int panel = 0; panel < panels; panel += 2)
        {
            int columns = first + (WhiteningKernel.PanelRows * panel);
            int second = panel + 1 < panels ? columns + WhiteningKernel.PanelRows : 0;
            stages.Add(new Stage(offset, columns, second, panel == 0 ? first : WhiteningKernel.PanelRows));
            offset += WhiteningKernel.PanelRows * (second == 0 ? columns : columns + second);
        }

        (Stages, Size) = ([.. stages], offset);
    }

    /// <summary>The number of a window that belongs to each row and column of the matrix.</summary>
    public int[] Order { get; }

    public int Dimension => Order.Length;

    public Stage[] Stages { get; }

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
        int row = 0;
        foreach (Stage stage in Stages)
        {
            int rows = stage.Rows, padding = WhiteningKernel.PanelRows - stage.FirstRows, at = stage.Offset;
            for (int j = 0; j < stage.Columns; j++)
            {
                // A column of both panels, the first one's padding between them.
                Span<double> column = panels.Slice(at, rows + padding);
                transposed.Slice((j * width) + row, stage.FirstRows).CopyTo(column);
                column.Slice(stage.FirstRows, padding).Clear();
                transposed.Slice((j * width) + row + stage.FirstRows, rows - stage.FirstRows).CopyTo(column[WhiteningKernel.PanelRows..]);
                at += column.Length;
            }

            // Beyond the first panel's columns the second stands alone.
            for (int j = stage.Columns; j < stage.Second; j++, at += WhiteningKernel.PanelRows)
            {
                transposed.Slice((j * width) + row + stage.FirstRows, WhiteningKernel.PanelRows).CopyTo(panels[at..]);
            }

            row += rows;
        }
    }

    /// <summary>The inverse of <see cref="Pack"/>; writes D rows, zero below the diagonal.</summary>
    public void Unpack(ReadOnlySpan<double> panels, int width, Span<double> transposed)
    {
        transposed[..(Dimension * width)].Clear();
        int row = 0;
        foreach (Stage stage in Stages)
        {
            int rows = stage.Rows, at = stage.Offset;
            for (int j = 0; j < stage.Columns; j++)
            {
                ReadOnlySpan<double> column = panels.Slice(at, rows + WhiteningKernel.PanelRows - stage.FirstRows);
                column[..stage.FirstRows].CopyTo(transposed[((j * width) + row)..]);
                column[WhiteningKernel.PanelRows..].CopyTo(transposed[((j * width) + row + stage.FirstRows)..]);
                at += column.Length;
            }

            for (int j = stage.Columns; j < stage.Second; j++, at += WhiteningKernel.PanelRows)
            {
                panels.Slice(at, WhiteningKernel.PanelRows).CopyTo(transposed[((j * width) + row + stage.FirstRows)..]);
            }

            row += rows;
        }
    }

    /// <summary>W v as the kernel's bias, sixteen numbers a stage; returns its squared norm. A number is one running sum over the columns.</summary>
    /// <param name="v">D numbers in the order of a window.</param>
    public double Multiply(ReadOnlySpan<double> panels, ReadOnlySpan<double> v, Span<double> product)
    {
        const int Rows = WhiteningKernel.PanelRows;
        product.Clear();
        for (int s = 0; s < Stages.Length; s++)
        {
            Stage stage = Stages[s];
            ReadOnlySpan<double> panel = panels[stage.Offset..];
            Vector512<double> first = default, second = default;
            int j = 0;
            for (; j < stage.Columns; j++)
            {
                Vector512<double> value = Vector512.Create(v[Order[j]]);
                first = Vector512.FusedMultiplyAdd(Vector512.Create(panel), value, first);
                panel = panel[Rows..];
                if (stage.Second > 0)
                {
                    second = Vector512.FusedMultiplyAdd(Vector512.Create(panel), value, second);
                    panel = panel[Rows..];
                }
            }

            for (; j < stage.Second; j++)
            {
                second = Vector512.FusedMultiplyAdd(Vector512.Create(panel), Vector512.Create(v[Order[j]]), second);
                panel = panel[Rows..];
            }

            first.CopyTo(product[(2 * Rows * s)..]);
            second.CopyTo(product[((2 * Rows * s) + Rows)..]);
        }

        double norm = 0.0;
        foreach (double value in product)
        {
            norm = Math.FusedMultiplyAdd(value, value, norm);
        }

        return norm;
    }

    /// <summary>Two panels, or a last single one.</summary>
    /// <param name="Offset">Where its numbers begin.</param>
    /// <param name="Columns">Columns of its first panel.</param>
    /// <param name="Second">Columns of its second panel; 0 when there is none.</param>
    /// <param name="FirstRows">Rows of its first panel that are not padding.</param>
    internal readonly record struct Stage(int Offset, int Columns, int Second, int FirstRows)
    {
        /// <summary>Rows of both panels that are not padding.</summary>
        public int Rows => Second == 0 ? FirstRows : FirstRows + WhiteningKernel.PanelRows;
    }
}

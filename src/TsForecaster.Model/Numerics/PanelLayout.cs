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

    /// <summary>Copies the lower triangle of W (row-major, a row every <paramref name="width"/> numbers) into panels.</summary>
    public void Pack(ReadOnlySpan<double> w, int width, Span<double> panels)
    {
        int row = 0;
        foreach (Stage stage in Stages)
        {
            int paired = stage.Second == 0 ? 1 : 2;
            Span<double> target = panels.Slice(stage.Offset, WhiteningKernel.PanelRows * (stage.Columns + stage.Second));
            target.Clear();
            for (int i = 0; i < stage.FirstRows; i++, row++)
            {
                for (int j = 0; j <= row; j++)
                {
                    target[(j * paired * WhiteningKernel.PanelRows) + i] = w[(row * width) + j];
                }
            }

            // Beyond the first panel's columns the second stands alone.
            for (int i = 0; i < WhiteningKernel.PanelRows && paired == 2; i++, row++)
            {
                for (int j = 0; j <= row; j++)
                {
                    int column = j < stage.Columns ? (2 * j) + 1 : stage.Columns + j;
                    target[(column * WhiteningKernel.PanelRows) + i] = w[(row * width) + j];
                }
            }
        }
    }

    /// <summary>The inverse of <see cref="Pack"/>; writes the lower triangle.</summary>
    public void Unpack(ReadOnlySpan<double> panels, int width, Span<double> w)
    {
        int row = 0;
        foreach (Stage stage in Stages)
        {
            int paired = stage.Second == 0 ? 1 : 2;
            ReadOnlySpan<double> source = panels.Slice(stage.Offset, WhiteningKernel.PanelRows * (stage.Columns + stage.Second));
            for (int i = 0; i < stage.FirstRows; i++, row++)
            {
                for (int j = 0; j <= row; j++)
                {
                    w[(row * width) + j] = source[(j * paired * WhiteningKernel.PanelRows) + i];
                }
            }

            for (int i = 0; i < WhiteningKernel.PanelRows && paired == 2; i++, row++)
            {
                for (int j = 0; j <= row; j++)
                {
                    int column = j < stage.Columns ? (2 * j) + 1 : stage.Columns + j;
                    w[(row * width) + j] = source[(column * WhiteningKernel.PanelRows) + i];
                }
            }
        }
    }

    /// <summary>W v as the kernel's bias, sixteen numbers a stage; returns its squared norm.</summary>
    /// <param name="v">D numbers in the order of a window.</param>
    public double Multiply(ReadOnlySpan<double> panels, ReadOnlySpan<double> v, Span<double> product)
    {
        product.Clear();
        for (int s = 0; s < Stages.Length; s++)
        {
            Stage stage = Stages[s];
            Span<double> rows = product.Slice(2 * WhiteningKernel.PanelRows * s, 2 * WhiteningKernel.PanelRows);
            int at = stage.Offset;
            for (int j = 0; j < Math.Max(stage.Columns, stage.Second); j++)
            {
                double value = v[Order[j]];
                int from = j < stage.Columns ? 0 : WhiteningKernel.PanelRows;
                int to = stage.Second == 0 ? WhiteningKernel.PanelRows : 2 * WhiteningKernel.PanelRows;
                for (int i = from; i < to; i++)
                {
                    rows[i] = Math.FusedMultiplyAdd(panels[at++], value, rows[i]);
                }
            }
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

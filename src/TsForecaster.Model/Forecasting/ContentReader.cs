using System.Buffers.Binary;
using System.Text;

namespace TsForecaster.Model.Forecasting;

/// <summary>Reads little-endian numbers off a buffer and refuses what cannot be.</summary>
internal ref struct ContentReader(ReadOnlySpan<byte> content)
{
    private ReadOnlySpan<byte> _rest = content;

    /// <summary>An integer of at least one.</summary>
    public int Size(string name)
    {
        int value = Integer();
        return value >= 1 ? value : throw new ModelFileException($"the model file holds an impossible model: {name} is {value}");
    }

    /// <summary>An integer of at least zero.</summary>
    public int Count(string name)
    {
        int value = Integer();
        return value >= 0 ? value : throw new ModelFileException($"the model file holds an impossible model: {name} is {value}");
    }

    /// <summary>A member of an enumeration.</summary>
    public T Choice<T>()
        where T : struct, Enum
    {
        int value = Integer();
        T choice = (T)Enum.ToObject(typeof(T), value);
        return Enum.IsDefined(choice) ? choice : throw new ModelFileException($"the model file holds an impossible model: {typeof(T).Name} is {value}");
    }

    /// <summary>A finite number.</summary>
    public double Number()
    {
        double value = BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));
        return double.IsFinite(value) ? value : throw new ModelFileException($"the model file holds an impossible model: a number is {value}");
    }

    public double[] Numbers(int count)
    {
        var numbers = new double[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = Number();
        }

        return numbers;
    }

    /// <summary>UTF-8, its length in bytes before it.</summary>
    public string Text(string name) => Encoding.UTF8.GetString(Take(Count($"length of the {name}")));

    /// <summary>Called before arrays are made, so that impossible sizes do not become allocations.</summary>
    public readonly void RequireNumbers(double count)
    {
        if (count * sizeof(double) > _rest.Length)
        {
            throw Short();
        }
    }

    public readonly void RequireEnd()
    {
        if (_rest.Length > 0)
        {
            throw new ModelFileException($"the model file is damaged: its content has {_rest.Length} bytes too many");
        }
    }

    private int Integer() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_rest.Length < count)
        {
            throw Short();
        }

        ReadOnlySpan<byte> taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }

    private static ModelFileException Short() => new("the model file is damaged: its content ends before the model does");
}

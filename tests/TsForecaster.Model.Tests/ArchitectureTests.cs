using System.Reflection;
using System.Text.RegularExpressions;
using TsForecaster.Model.Mixtures;
using Xunit;

namespace TsForecaster.Model.Tests;

/// <summary>The model is pure and its layers look down only: Numerics, Windows, Mixtures, Forecasting, Evaluation.</summary>
public sealed partial class ArchitectureTests
{
    private const string Root = "TsForecaster.Model";
    private const int MaxLines = 400;

    private static readonly string[] Layers = ["Numerics", "Windows", "Mixtures", "Forecasting", "Evaluation"];
    private static readonly Assembly Model = typeof(GaussianMixture).Assembly;

    [Fact]
    public void Assembly_References_AreTheRuntimeAndMathNetOnly()
    {
        // Of the runtime: collections, mathematics, threads, streams and hashes. No hosting, logging, network, processes or console.
        string[] allowed =
        [
            "MathNet.Numerics", "System.Collections", "System.Linq", "System.Memory", "System.Numerics.Vectors", "System.Runtime",
            "System.Runtime.InteropServices", "System.Runtime.Intrinsics", "System.Security.Cryptography", "System.Text.Encoding.Extensions",
            "System.Threading", "System.Threading.Tasks.Parallel", "System.Threading.ThreadPool",
        ];

        Assert.Empty(Model.GetReferencedAssemblies().Select(name => name.Name!).Except(allowed));
    }

    [Fact]
    public void Types_EveryOne_LivesInALayer() =>
        Assert.All(Model.GetTypes().Where(IsOurs), type => Assert.Contains(Layer(type), Layers));

    [Fact]
    public void Types_InFieldsSignaturesAndLocals_ComeFromTheSameLayerOrBelow()
    {
        Type[] types = [.. Model.GetTypes().Where(IsOurs)];
        IEnumerable<string> upward =
            from type in types
            from used in Used(type)
            where IsOurs(used) && Rank(Layer(used)) > Rank(Layer(type))
            select $"{type.FullName} uses {used.FullName}";

        Assert.NotEmpty(types);
        Assert.Empty(upward.Distinct());
    }

    [Fact]
    public void Sources_NamesOfLayers_AreOfTheSameLayerOrBelow()
    {
        List<string> upward = [];
        foreach (string layer in Layers)
        {
            foreach (string file in Sources(Path.Combine("src", Root, layer)))
            {
                upward.AddRange(
                    from Match match in LayerName().Matches(File.ReadAllText(file))
                    where Rank(match.Groups[1].Value) > Rank(layer)
                    select $"{layer}/{Path.GetFileName(file)} names {match.Value}");
            }
        }

        Assert.Empty(upward);
    }

    [Fact]
    public void Sources_Folder_IsTheNamespace()
    {
        string[] files = [.. Layers.SelectMany(layer => Sources(Path.Combine("src", Root, layer)))];

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Contains($"namespace {Folder(file).Replace(Path.DirectorySeparatorChar, '.')};", File.ReadAllText(file)));
    }

    [Fact]
    public void Sources_NoFile_IsLongerThanAReaderBears() =>
        Assert.All(Sources("src"), file => Assert.True(File.ReadLines(file).Count() <= MaxLines, $"{file} has more than {MaxLines} lines"));

    private static bool IsOurs(Type type) => type.Assembly == Model && type.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true;

    private static string Layer(Type type) => type.Namespace!.Length > Root.Length ? type.Namespace[(Root.Length + 1)..].Split('.')[0] : "";

    private static string Folder(string file) => Path.GetRelativePath(Path.Combine(Repository(), "src"), Path.GetDirectoryName(file)!);

    private static int Rank(string layer) => Array.IndexOf(Layers, layer);

    private static IEnumerable<Type> Used(Type type)
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        IEnumerable<MethodBase> methods = [.. type.GetMethods(All), .. type.GetConstructors(All)];
        IEnumerable<Type> used =
        [
            .. type.BaseType is { } parent ? [parent] : Type.EmptyTypes,
            .. type.GetInterfaces(),
            .. type.GetFields(All).Select(field => field.FieldType),
            .. type.GetMethods(All).Select(method => method.ReturnType),
            .. methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType),
            .. methods.SelectMany(method => method.GetMethodBody()?.LocalVariables ?? []).Select(local => local.LocalType),
        ];
        return used.SelectMany(Parts);
    }

    /// <summary>A type, what it is an array of, and its arguments.</summary>
    private static IEnumerable<Type> Parts(Type type) =>
        [type, .. type.HasElementType ? Parts(type.GetElementType()!) : [], .. type.GetGenericArguments().SelectMany(Parts)];

    private static IEnumerable<string> Sources(string folder)
    {
        string separator = Path.DirectorySeparatorChar.ToString();
        return Directory.EnumerateFiles(Path.Combine(Repository(), folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{separator}obj{separator}") && !file.Contains($"{separator}bin{separator}"));
    }

    private static string Repository()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "TsForecaster.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new DirectoryNotFoundException($"no TsForecaster.sln above {AppContext.BaseDirectory}");
    }

    [GeneratedRegex(@"(?:using TsForecaster\.Model\.|(?<![\w.])(?:TsForecaster\.Model\.)?)(Numerics|Windows|Mixtures|Forecasting|Evaluation)(?=[.;])")]
    private static partial Regex LayerName();
}

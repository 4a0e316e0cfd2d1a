using BenchmarkDotNet.Running;
using TsForecaster.Benchmarks.Em;
using TsForecaster.Benchmarks.Forecasts;
using TsForecaster.Benchmarks.Pipelines;

// One mode a benchmark; each answers for its own arguments.
string mode = args.Length > 0 ? args[0] : "";
string[] rest = args.Length > 1 ? args[1..] : [];
switch (mode)
{
    case "em":
        return EmBenchmark.Run(rest);
    case EmMemory.Mode:
        return EmMemory.Run(rest);
    case "faces":
        return FacesMode.Run(rest);
    case "forecast":
        return ForecastMode.Run(rest);
    case "pipeline":
        return await PipelineMode.RunAsync(rest);
    case "kernels":
        BenchmarkSwitcher.FromAssembly(typeof(EmBenchmark).Assembly).Run(rest.Length > 0 ? rest : ["--filter", "*"]);
        return 0;
    default:
        Console.Error.WriteLine($"usage: em {EmBenchmark.Usage} | faces {FacesMode.Usage} | forecast {ForecastMode.Usage} | pipeline {PipelineMode.Usage} | kernels [BenchmarkDotNet's options]");
        return 2;
}

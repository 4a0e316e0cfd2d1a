using TsForecaster.Worker.Commands;

return await CommandLine.MainAsync(args);

using Ojin.Benchmarks;

// Two programs in one: the benchmarks, and the bare transfer that they hold the cmdlets against, in a process of its own.
try
{
    var options = Options.Parse(args.Skip(1));
    switch (args.FirstOrDefault())
    {
        case "limit":
            await Limit.RunAsync(options);
            return 0;
        case "run":
            await new Bench(options).RunAsync();
            return 0;
        default:
            await Console.Error.WriteLineAsync("usage: Ojin.Benchmarks run|limit ...; run it with build.ps1 Bench");
            return 2;
    }
}
catch (BenchException problem)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return 1;
}

using System.Text.RegularExpressions;

namespace Ojin.Conventions.Tests;

/// <summary>What the source must not say.</summary>
public sealed partial class SourceTests
{
    private static readonly string[] Product = ["src/Ojin.Client", "src/Ojin.PowerShell"];

    /// <summary>Where a thread of PowerShell must wait for asynchronous work, because PowerShell gives it nothing to await.</summary>
    private static readonly string[] MayWait = ["src/Ojin.PowerShell/Pipeline/PipelinePump.cs", "src/Ojin.PowerShell/Completion/ServiceCompleter.cs"];

    [Fact]
    public void Nothing_blocks_on_asynchronous_work() =>
        House.Expect("Await it, or use the pump:", Product.SelectMany(folder => House.Lines(folder, Blocking())).Where(line => !MayWait.Any(line.StartsWith)));

    [Fact]
    public void Nothing_sleeps() =>
        House.Expect("Wait for an event, or await Task.Delay with a token:", Product.Append("tests").Append("src/Ojin.Emulator").SelectMany(folder => House.Lines(folder, Sleeping())));

    [Fact]
    public void Nothing_writes_past_the_pipeline() =>
        House.Expect("Output goes through the pipeline's streams:", Product.SelectMany(folder => House.Lines(folder, Host())));

    [Fact]
    public void There_are_no_regions() =>
        House.Expect("Split the class instead:", Product.Append("tests").Append("src").SelectMany(folder => House.Lines(folder, Region())));

    [Fact]
    public void There_is_no_asynchronous_void() =>
        House.Expect("Return a Task:", Product.SelectMany(folder => House.Lines(folder, AsyncVoid())));

    [Fact]
    public void The_search_sees_code_and_neither_comments_nor_strings()
    {
        Assert.Matches(Blocking(), "var x = task.Result;");
        Assert.Matches(Blocking(), "task.Wait(token);");
        Assert.Matches(Blocking(), "task.GetAwaiter().GetResult();");
        Assert.DoesNotMatch(Blocking(), "job.Results.Count; await semaphore.WaitAsync(token); job.ResultText");
        Assert.Contains(House.Sources("src/Ojin.Client"), source => source.Name.EndsWith("HttpTransport.cs", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\.Result\b(?!\s*(=|\{))|\.Wait\(|\.GetAwaiter\(\)\s*\.GetResult\(|Task\.Wait(All|Any)\(|\.RunSynchronously\(")]
    private static partial Regex Blocking();

    [GeneratedRegex(@"\bThread\.Sleep\(|\bSpinWait\b")]
    private static partial Regex Sleeping();

    [GeneratedRegex(@"\bConsole\.|\bHost\.UI\b|\bTrace\.Write|\bDebug\.Write")]
    private static partial Regex Host();

    [GeneratedRegex(@"^\s*#(end)?region")]
    private static partial Regex Region();

    [GeneratedRegex(@"\basync void\b")]
    private static partial Regex AsyncVoid();
}

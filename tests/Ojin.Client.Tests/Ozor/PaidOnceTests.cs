using System.Net;
using System.Net.Sockets;
using Ojin.Emulator;
using Ojin.Http;
using Xunit;

namespace Ojin.Client.Tests.Ozor;

/// <summary>
/// Whatever happens on the way, what costs credits is paid for once, and the outcome is told truthfully: unknown when
/// and only when the client cannot know it.
/// </summary>
public sealed class PaidOnceTests : IAsyncLifetime
{
    private const int Rounds = 3;
    private const string Video = "videoready";

    // There is nothing to read of a request to render a plan.
    private const string WithABody = "a request that is not read";

    private static readonly TransportOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaximumDelay = TimeSpan.FromMilliseconds(2) };

    // For what never comes; anything else gets the usual time, however busy the machine is.
    private static readonly TransportOptions Impatient = new()
    {
        BaseDelay = TimeSpan.FromMilliseconds(1),
        MaximumDelay = TimeSpan.FromMilliseconds(2),
        StallTimeout = TimeSpan.FromMilliseconds(200),
        MaximumAnswerTimeout = TimeSpan.FromMilliseconds(200),
    };

    // The same where the look afterwards must have its time too.
    private static readonly TransportOptions ImpatientWithAPlan = new()
    {
        BaseDelay = TimeSpan.FromMilliseconds(1),
        MaximumDelay = TimeSpan.FromMilliseconds(20),
        MaximumAnswerTimeout = TimeSpan.FromSeconds(2),
    };

    /// <summary>
    /// The operations that cost credits. Each does its one thing for the given run, under a name that tells its charge
    /// from those of other runs.
    /// </summary>
    private static readonly Dictionary<string, ChargingOperation> Operations = new()
    {
        ["generate"] = new(
            1,
            (client, run, token) => client.GenerateVideoAsync(new OzorVideoOrder { Prompt = $"Run {run}." }, token),
            (charge, run) => charge.Subject == $"Run {run}."),
        ["message"] = new(
            1,
            (client, run, token) => client.SendMessageAsync(Video, $"Run {run}.", [], token),
            (charge, run) => charge.Subject == $"Run {run}."),
        ["analyze"] = new(
            1,
            (client, run, token) => client.AnalyzeAsync(new OzorAnalysis { Url = $"https://example.com/run-{run}" }, token),
            (charge, run) => charge.Subject == $"https://example.com/run-{run}"),
        ["plan"] = new(
            3,
            // As it was read before; to read it belongs to no rendering.
            (client, run, token) => client.GeneratePlanAsync(new OzorPlan { PlanId = $"plan_run{run}", Status = "draft", CreditsCost = 3 }, null, token),
            (charge, run) => charge.ObjectId == $"plan_run{run}",
            (emulator, run) => emulator.Ozor.AddPlan(6, id: $"plan_run{run}")),
    };

    /// <summary>What goes wrong, whether the request has its effect, and what can be known where there is nothing to look at.</summary>
    private static readonly Fault[] Faults =
    [
        new("nothing", true, Outcome.Done, _ => { }),
        new("reset before the request was read", false, Outcome.Unknown, emulator => Add(emulator, FaultKind.CutBeforeRead)),
        new("reset after the request was read", false, Outcome.Unknown, emulator => Add(emulator, FaultKind.CutBeforeHandler)),
        new("reset after the effect", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.CutAfterHandler)),
        new("cut at the start of the answer", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.CutAnswer)),
        new("cut inside the answer", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.CutAnswer, action => action.AfterBytes = 10)),
        new("an answer with an end that is missing", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.TruncateBody, action => action.AfterBytes = 10)),
        new("an answer that is empty", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.TruncateBody)),
        new("an answer that is another one", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.ReplaceBody, action => action.Body = """{"hello":"world"}""")),
        new("a web page for an answer", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.ReplaceBody, action => action.Body = "<html></html>")),
        new("no answer in time", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.Delay, action => action.DelayMs = 600_000)),
        new(WithABody, false, Outcome.Unknown, emulator => Add(emulator, FaultKind.StallRequest)),
        new("an answer that stands still", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.StallAnswer, action => action.AfterBytes = 5)),
        new("500", false, Outcome.Unknown, emulator => AddStatus(emulator, 500)),
        new("500 after the effect", true, Outcome.Unknown, emulator => Add(emulator, FaultKind.ReplaceBody, action => (action.Status, action.Body) = (500, """{"detail":"Internal"}"""))),
        new("502", false, Outcome.Unknown, emulator => AddStatus(emulator, 502)),
        new("503 with Retry-After", false, Outcome.Unknown, emulator => AddStatus(emulator, 503, ("Retry-After", "0"))),
        new("504", false, Outcome.Unknown, emulator => AddStatus(emulator, 504)),
        new("408", false, Outcome.Unknown, emulator => AddStatus(emulator, 408)),
        new("400", false, Outcome.NotDone, emulator => AddStatus(emulator, 400)),
        new("402", false, Outcome.NotDone, emulator => AddStatus(emulator, 402)),
        new("a redirect", false, Outcome.NotDone, emulator => Add(emulator, FaultKind.Redirect, action => action.Location = "{elsewhere}/x")),
        new("429, then room", true, Outcome.DoneAtTheSecondTry, emulator => AddStatus(emulator, 429, ("Retry-After", "0"))),
        new("nobody there", false, Outcome.NeverSent, _ => { }),
    ];

    /// <summary>What goes wrong with a stream of events; the plan tells the rest.</summary>
    private static readonly Fault[] StreamFaults =
    [
        .. new int[] { 0, 1, 5, 12 }.Select(events => new Fault($"cut after {events} events", true, Outcome.Done, emulator => emulator.Ozor.Options.CutAfterEvents = events)),
        .. new int[] { 30, 500 }.Select(bytes => new Fault($"cut inside an event, after {bytes} bytes", true, Outcome.Done, emulator => Add(emulator, FaultKind.CutAnswer, action => action.AfterBytes = bytes))),
        new("an end after 300 bytes", true, Outcome.Done, emulator => Add(emulator, FaultKind.TruncateBody, action => action.AfterBytes = 300)),
        new("no done", true, Outcome.Done, emulator => emulator.Ozor.Options.OmitDone = true),
        new("two of done", true, Outcome.Done, emulator => emulator.Ozor.Options.DoneTwice = true),
        new("cut between two of done", true, Outcome.Done, emulator => (emulator.Ozor.Options.DoneTwice, emulator.Ozor.Options.CutAfterEvents) = (true, 15)),
        new("a failure", false, Outcome.NotDone, emulator => emulator.Ozor.Options.FailGenerations = 1),
        new("a failure after a cut", false, Outcome.NotDone, emulator => (emulator.Ozor.Options.FailGenerations, emulator.Ozor.Options.CutAfterEvents) = (1, 2)),
        // So slow that it is cut long before it is done.
        new("a failure because of a cut", false, Outcome.NotDone, emulator => (emulator.Ozor.Options.StopWhenClientGone, emulator.Ozor.Options.CutAfterEvents, emulator.Ozor.Options.EventMs) = (true, 0, 300)),
        new("a rendering without an end", false, Outcome.Unknown, emulator => emulator.Ozor.Options.LeaveGenerating = true),
    ];

    private static readonly string[] Silence = ["no answer in time", WithABody, "an answer that stands still", "a rendering without an end"];

    private EmulatorHost emulator = null!;

    private enum Outcome
    {
        Done,
        DoneAtTheSecondTry,
        NotDone,
        NeverSent,
        Unknown,
    }

    public static TheoryData<string> Names => [.. Operations.Keys];

    public async Task InitializeAsync()
    {
        emulator = await EmulatorHost.StartAsync();
        emulator.Ozor.Balance = 1_000_000;
    }

    public async Task DisposeAsync() => await emulator.DisposeAsync();

    [Fact]
    public void There_are_enough_faults() => Assert.True(((Operations.Count * (Faults.Length - 1)) + StreamFaults.Length) * Rounds >= 300);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Faults_on_the_way_charge_nobody_twice_and_are_told_truthfully(string name)
    {
        var operation = Operations[name];
        var session = new OzorSession("sk_live_0123456789abcdef0123456789abcdef", baseUri: emulator.OzorBaseUri.AbsoluteUri);
        using var closed = new ClosedPort();
        var nowhere = new OzorSession("sk_live_0123456789abcdef0123456789abcdef", baseUri: closed.Address);
        var told = new List<(string Fault, Outcome Outcome)>();
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (fault, happens, known, add) in operation.Prepare is null ? Faults : [.. Faults.Where(fault => fault.Name != WithABody), .. StreamFaults])
            {
                var run = told.Count;
                emulator.Faults.Clear();
                emulator.Requests.Clear();
                ResetOptions(emulator);
                operation.Prepare?.Invoke(emulator, run);
                add(emulator);
                // A plan can be looked at afterwards.
                var expected = known == Outcome.Unknown && happens && operation.Prepare is not null ? Outcome.Done : known;
                var patience = !Silence.Contains(fault) ? Quick : operation.Prepare is null ? Impatient : ImpatientWithAPlan;
                var client = new OzorClient(new HttpTransport(null, null, patience), expected == Outcome.NeverSent ? nowhere : session);

                var (outcome, error) = await RunAsync(() => operation.Run(client, run, CancellationToken.None));

                told.Add((fault, outcome));
                var posts = emulator.Requests.Find("ozor", "POST").Count;
                Assert.True(outcome == (expected == Outcome.DoneAtTheSecondTry ? Outcome.Done : expected == Outcome.NeverSent ? Outcome.NotDone : expected), $"{name}, {fault}: {outcome}. {error?.Message}");
                Assert.True(posts == (expected switch { Outcome.NeverSent => 0, Outcome.DoneAtTheSecondTry => 2, _ => 1 }), $"{name}, {fault}: {posts} requests.");
                if (outcome == Outcome.Unknown)
                {
                    Assert.Contains("not sent again", error!.RecommendedAction, StringComparison.Ordinal);
                    Assert.True(error.Code == ErrorCodes.OutcomeUnknown || error.StatusCode is not null, $"{name}, {fault}: {error.Code}");
                }
                if (operation.Prepare is not null && outcome == Outcome.Unknown) Assert.True(error!.LastState is OzorPlan { Status: "draft" or "generating" }, $"{name}, {fault}: {(error.LastState as OzorPlan)?.Status}");
            }
        }

        emulator.Faults.Clear();
        ResetOptions(emulator);
        await emulator.Ozor.WaitAsync(ozor => ozor.Jobs.All(job => job.Finished) && ozor.Generations.All(generation => generation.Finished));
        var happened = new HashSet<bool>();
        for (var run = 0; run < told.Count; run++)
        {
            var charges = emulator.Ozor.Charges.Where(charge => operation.IsCharge(charge, run)).ToList();
            Assert.True(charges.Count <= 1, $"{name}, {told[run].Fault}: {charges.Count} charges.");
            if (told[run].Outcome == Outcome.Unknown) happened.Add(charges.Count == 1);
            else Assert.True(charges.Count == (told[run].Outcome == Outcome.Done ? 1 : 0), $"{name}, {told[run].Fault}: told as {told[run].Outcome}, {charges.Count} charges.");
        }

        // Unknown is what both happened after: no other word would have been true. Where a plan tells what happened, it is known.
        Assert.Equal(operation.Prepare is null ? [false, true] : [false], happened.Order());
        Assert.Equal(told.Count(one => one.Outcome is Outcome.Done or Outcome.Unknown) * operation.Credits, session.CreditsStarted);
        Assert.Equal(0, nowhere.CreditsStarted);
        Assert.Equal(emulator.Ozor.Charges.Sum(charge => charge.Credits), 1_000_000 - emulator.Ozor.Balance);
        Assert.Empty(emulator.Requests.Violations);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task One_that_is_stopped_on_its_way_is_not_sent_again_and_stays_counted(string name)
    {
        var operation = Operations[name];
        var session = new OzorSession("sk_live_0123456789abcdef0123456789abcdef", baseUri: emulator.OzorBaseUri.AbsoluteUri);
        var client = new OzorClient(new HttpTransport(), session);
        operation.Prepare?.Invoke(emulator, 1);
        Add(emulator, FaultKind.Delay, action => action.DelayMs = 600_000);
        using var stop = new CancellationTokenSource();
        var running = operation.Run(client, 1, stop.Token);
        await emulator.Ozor.WaitAsync(ozor => ozor.Charges.Any(charge => operation.IsCharge(charge, 1)));

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Single(emulator.Requests.Find("ozor", "POST"));
        Assert.Equal(operation.Credits, session.CreditsStarted);
    }

    private static async Task<(Outcome Outcome, OjinException? Error)> RunAsync(Func<Task> run)
    {
        try
        {
            await run();
            return (Outcome.Done, null);
        }
        catch (OjinException error)
        {
            return (error.OutcomeUnknown ? Outcome.Unknown : Outcome.NotDone, error);
        }
    }

    private static void Add(EmulatorHost emulator, FaultKind kind, Action<FaultAction>? set = null)
    {
        var action = new FaultAction { Kind = kind };
        set?.Invoke(action);
        emulator.Faults.Add(new FaultRule { Service = "ozor", Method = "POST", Times = 1, Action = action });
    }

    private static void AddStatus(EmulatorHost emulator, int status, params (string Name, string Value)[] headers) =>
        emulator.Faults.AddStatus(status, "ozor", "POST", body: """{"detail":"No."}""", headers: headers.ToDictionary(header => header.Name, header => header.Value));

    private static void ResetOptions(EmulatorHost emulator)
    {
        var options = emulator.Ozor.Options;
        (options.CutAfterEvents, options.OmitDone, options.DoneTwice, options.FailGenerations, options.StopWhenClientGone, options.LeaveGenerating) = (null, false, false, 0, false, false);
        options.EventMs = 1;
    }

    /// <summary>An operation that costs credits.</summary>
    /// <param name="Credits">What it costs.</param>
    /// <param name="Run">Does it once.</param>
    /// <param name="IsCharge">Whether a charge is for a run.</param>
    /// <param name="Prepare">Makes the plan of a run, which can be looked at afterwards; null where there is nothing to look at.</param>
    private sealed record ChargingOperation(int Credits, Func<OzorClient, int, CancellationToken, Task> Run, Func<EmulatedCharge, int, bool> IsCharge, Action<EmulatorHost, int>? Prepare = null);

    /// <summary>Something that goes wrong.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="Happens">Whether the request has its effect.</param>
    /// <param name="Known">What can be known after it.</param>
    /// <param name="Add">Makes it go wrong.</param>
    private sealed record Fault(string Name, bool Happens, Outcome Known, Action<EmulatorHost> Add);

    /// <summary>A port that is bound and does not listen: nobody else gets it, and nothing answers.</summary>
    private sealed class ClosedPort : IDisposable
    {
        private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public ClosedPort() => socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        public string Address => $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";

        public void Dispose() => socket.Dispose();
    }
}

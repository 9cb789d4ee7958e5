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
    private const int Rounds = 5;
    private const string Video = "videoready";

    private static readonly TransportOptions Quick = new() { BaseDelay = TimeSpan.FromMilliseconds(1), MaximumDelay = TimeSpan.FromMilliseconds(2) };

    // For what never comes; anything else gets the usual time, however busy the machine is.
    private static readonly TransportOptions Impatient = new()
    {
        BaseDelay = TimeSpan.FromMilliseconds(1),
        MaximumDelay = TimeSpan.FromMilliseconds(2),
        StallTimeout = TimeSpan.FromMilliseconds(200),
        MaximumAnswerTimeout = TimeSpan.FromMilliseconds(200),
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
    };

    /// <summary>What goes wrong, and what can be known after it.</summary>
    private static readonly (string Name, Action<EmulatorHost> Add, Outcome Outcome)[] Faults =
    [
        ("nothing", _ => { }, Outcome.Done),
        ("reset before the request was read", emulator => Add(emulator, FaultKind.CutBeforeRead), Outcome.Unknown),
        ("reset after the request was read", emulator => Add(emulator, FaultKind.CutBeforeHandler), Outcome.Unknown),
        ("reset after the effect", emulator => Add(emulator, FaultKind.CutAfterHandler), Outcome.Unknown),
        ("cut at the start of the answer", emulator => Add(emulator, FaultKind.CutAnswer), Outcome.Unknown),
        ("cut inside the answer", emulator => Add(emulator, FaultKind.CutAnswer, action => action.AfterBytes = 10), Outcome.Unknown),
        ("an answer with an end that is missing", emulator => Add(emulator, FaultKind.TruncateBody, action => action.AfterBytes = 10), Outcome.Unknown),
        ("an answer that is empty", emulator => Add(emulator, FaultKind.TruncateBody), Outcome.Unknown),
        ("an answer that is another one", emulator => Add(emulator, FaultKind.ReplaceBody, action => action.Body = """{"hello":"world"}"""), Outcome.Unknown),
        ("a web page for an answer", emulator => Add(emulator, FaultKind.ReplaceBody, action => action.Body = "<html></html>"), Outcome.Unknown),
        ("no answer in time", emulator => Add(emulator, FaultKind.Delay, action => action.DelayMs = 600_000), Outcome.Unknown),
        ("a request that is not read", emulator => Add(emulator, FaultKind.StallRequest), Outcome.Unknown),
        ("an answer that stands still", emulator => Add(emulator, FaultKind.StallAnswer, action => action.AfterBytes = 5), Outcome.Unknown),
        ("500", emulator => AddStatus(emulator, 500), Outcome.Unknown),
        ("500 after the effect", emulator => Add(emulator, FaultKind.ReplaceBody, action => (action.Status, action.Body) = (500, """{"detail":"Internal"}""")), Outcome.Unknown),
        ("502", emulator => AddStatus(emulator, 502), Outcome.Unknown),
        ("503 with Retry-After", emulator => AddStatus(emulator, 503, ("Retry-After", "0")), Outcome.Unknown),
        ("504", emulator => AddStatus(emulator, 504), Outcome.Unknown),
        ("408", emulator => AddStatus(emulator, 408), Outcome.Unknown),
        ("400", emulator => AddStatus(emulator, 400), Outcome.NotDone),
        ("402", emulator => AddStatus(emulator, 402), Outcome.NotDone),
        ("a redirect", emulator => Add(emulator, FaultKind.Redirect, action => action.Location = "{elsewhere}/x"), Outcome.NotDone),
        ("429, then room", emulator => AddStatus(emulator, 429, ("Retry-After", "0")), Outcome.DoneAtTheSecondTry),
        ("nobody there", _ => { }, Outcome.NeverSent),
    ];

    private static readonly string[] Silence = ["no answer in time", "a request that is not read", "an answer that stands still"];

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
    public void There_are_enough_faults() => Assert.True(Operations.Count * (Faults.Length - 1) * Rounds >= 200);

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
            foreach (var (fault, add, expected) in Faults)
            {
                var run = told.Count;
                emulator.Faults.Clear();
                emulator.Requests.Clear();
                add(emulator);
                var client = new OzorClient(new HttpTransport(null, null, Silence.Contains(fault) ? Impatient : Quick), expected == Outcome.NeverSent ? nowhere : session);

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
            }
        }

        emulator.Faults.Clear();
        await emulator.Ozor.WaitAsync(ozor => ozor.Jobs.All(job => job.Finished) && ozor.Generations.All(generation => generation.Finished));
        var happened = new HashSet<bool>();
        for (var run = 0; run < told.Count; run++)
        {
            var charges = emulator.Ozor.Charges.Where(charge => operation.IsCharge(charge, run)).ToList();
            Assert.True(charges.Count <= 1, $"{name}, {told[run].Fault}: {charges.Count} charges.");
            if (told[run].Outcome == Outcome.Unknown) happened.Add(charges.Count == 1);
            else Assert.True(charges.Count == (told[run].Outcome == Outcome.Done ? 1 : 0), $"{name}, {told[run].Fault}: told as {told[run].Outcome}, {charges.Count} charges.");
        }

        // Unknown is what both happened after: no other word would have been true.
        Assert.Equal([false, true], happened.Order());
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

    /// <summary>An operation that costs credits.</summary>
    /// <param name="Credits">What it costs.</param>
    /// <param name="Run">Does it once.</param>
    /// <param name="IsCharge">Whether a charge is for a run.</param>
    private sealed record ChargingOperation(int Credits, Func<OzorClient, int, CancellationToken, Task> Run, Func<EmulatedCharge, int, bool> IsCharge);

    /// <summary>A port that is bound and does not listen: nobody else gets it, and nothing answers.</summary>
    private sealed class ClosedPort : IDisposable
    {
        private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        public ClosedPort() => socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        public string Address => $"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}";

        public void Dispose() => socket.Dispose();
    }
}

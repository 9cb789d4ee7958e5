using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ojin.Client.Tests.Http;

/// <summary>A request as the raw server read it.</summary>
internal sealed record RawRequest(int Number, int Connection, string Method, string Target, IReadOnlyDictionary<string, string> Headers, string Body);

/// <summary>What the raw server does about a request.</summary>
internal sealed record RawAnswer(byte[] Bytes, bool Close = false, bool Reset = false, bool Stall = false, bool Endless = false)
{
    public static RawAnswer ResetConnection { get; } = new([], Close: true, Reset: true);

    public static RawAnswer CloseConnection { get; } = new([], Close: true);

    public static RawAnswer Nothing { get; } = new([], Stall: true);

    public static RawAnswer Json(string body = "{}", int status = 200, params string[] headers) => Of(status, "application/json", body, headers);

    public static RawAnswer Of(int status, string? type, string body, params string[] headers)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status} Text\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n");
        if (type is not null) text.Append("Content-Type: ").Append(type).Append("\r\n");
        foreach (var header in headers) text.Append(header).Append("\r\n");
        return new RawAnswer(Encoding.UTF8.GetBytes(text.Append("\r\n").Append(body).ToString()));
    }

    public static RawAnswer Raw(string text, bool close = true) => new(Encoding.UTF8.GetBytes(text), close);
}

/// <summary>A server on the loopback that does exactly what it is told, byte by byte.</summary>
[SuppressMessage("Design", "CA1031", Justification = "A connection may break in any way; the test looks at the client.")]
internal sealed class RawServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<RawRequest, RawAnswer> answer;
    private readonly List<RawRequest> requests = [];
    private readonly List<Task> connections = [];
    private readonly Task accepting;

    public RawServer(Func<RawRequest, RawAnswer> answer)
    {
        this.answer = answer;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Answers in turn; the last answer is given again and again.</summary>
    public RawServer(params RawAnswer[] answers)
        : this(request => answers[Math.Min(request.Number, answers.Length) - 1])
    {
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/");

    public IReadOnlyList<RawRequest> Requests
    {
        get
        {
            lock (requests) return [.. requests];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        Task[] all;
        lock (connections) all = [accepting, .. connections];
        await Task.WhenAll(all).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
        listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        for (var number = 1; ; number++)
        {
            var socket = await listener.AcceptSocketAsync(stop.Token);
            lock (connections) connections.Add(ServeAsync(socket, number));
        }
    }

    private async Task ServeAsync(Socket socket, int connection)
    {
        await Task.Yield();
        using var owned = socket;
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            while (await ReadAsync(stream, connection) is { } request)
            {
                var given = answer(request);
                await stream.WriteAsync(given.Bytes, stop.Token);
                if (given.Endless)
                {
                    var chunk = Encoding.ASCII.GetBytes("1000\r\n" + new string('x', 4096) + "\r\n");
                    while (true) await stream.WriteAsync(chunk, stop.Token);
                }
                if (given.Stall) await Task.Delay(Timeout.Infinite, stop.Token);
                if (given.Reset) socket.LingerState = new LingerOption(true, 0);
                if (given.Close) return;
            }
        }
        catch (Exception)
        {
            // The client went away, or the test has ended.
        }
    }

    private async Task<RawRequest?> ReadAsync(NetworkStream stream, int connection)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (!EndsWithEmptyLine(head))
        {
            if (await stream.ReadAsync(one, stop.Token) == 0) return null;
            head.Add(one[0]);
        }
        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var first = lines[0].Split(' ');
        var headers = lines.Skip(1).Select(line => line.Split(':', 2)).ToDictionary(pair => pair[0], pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, stop.Token);
        lock (requests)
        {
            var request = new RawRequest(requests.Count + 1, connection, first[0], first[1], headers, Encoding.UTF8.GetString(body));
            requests.Add(request);
            return request;
        }
    }

    private static bool EndsWithEmptyLine(List<byte> head) =>
        head.Count >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n' && head[^4] == '\r';
}

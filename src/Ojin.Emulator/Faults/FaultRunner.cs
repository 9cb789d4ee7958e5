using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Ojin.Emulator;

/// <summary>Runs one request under one rule.</summary>
internal static class FaultRunner
{
    private const int TcpProtocol = 6;
    private const int TcpInfo = 11;
    private const int TcpEstablished = 1;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Applies the rule around <paramref name="handler"/>. <paramref name="release"/> ends with the rules or the host;
    /// <paramref name="expand"/> fills in the addresses.
    /// </summary>
    public static async Task RunAsync(
        HttpContext context,
        RecordedRequest record,
        RecordingStream body,
        FaultAction action,
        Func<Task> handler,
        Func<string, string> expand,
        CancellationToken release)
    {
        Task Pause() => PauseAsync(context, action.DelayMs, release);

        switch (action.Kind)
        {
            case FaultKind.Status:
            case FaultKind.Redirect:
                await DrainAsync(context);
                await Pause();
                await AnswerAsync(context, action, expand);
                break;

            case FaultKind.CutBeforeRead:
                await Pause();
                Cut(context, record);
                break;

            case FaultKind.CutBeforeHandler:
                await DrainAsync(context);
                await Pause();
                Cut(context, record);
                break;

            case FaultKind.CutAfterHandler:
                await WithAnswerAsync(context, Stream.Null, handler);
                record.Handled = true;
                await Pause();
                Cut(context, record);
                break;

            case FaultKind.ReplaceBody:
                await WithAnswerAsync(context, Stream.Null, handler);
                await Pause();
                context.Response.Headers.Remove("Content-Length");
                await AnswerAsync(context, action, expand);
                break;

            case FaultKind.TruncateBody:
                await TruncateAsync(context, action, handler, Pause);
                break;

            case FaultKind.StallRequest:
                body.StallAfter = action.AfterBytes;
                body.Stall = async () =>
                {
                    await GoneAsync(context, release);
                    Cut(context, record);
                    throw new OperationCanceledException("The stalled request was given up.");
                };
                await handler();
                break;

            case FaultKind.Delay:
                await ShapeAsync(context, handler, new AnswerStream(ResponseStream(context), null) { Before = Pause });
                break;

            case FaultKind.SlowAnswer:
                await ShapeAsync(context, handler, new AnswerStream(ResponseStream(context), new Throttle(Math.Max(1, action.BytesPerSecond))) { Before = Pause });
                break;

            case FaultKind.CutAnswer:
            case FaultKind.StallAnswer:
                async Task End()
                {
                    if (action.Kind == FaultKind.StallAnswer)
                        await GoneAsync(context, release);
                    else
                        await SentAsync(context);
                    Cut(context, record);
                    throw new OperationCanceledException("The answer was cut.");
                }

                var answer = new AnswerStream(ResponseStream(context), null) { Before = Pause, EndAfter = action.AfterBytes, End = End };
                await ShapeAsync(context, handler, answer);
                await answer.EndAsync();
                break;

            default:
                throw new InvalidOperationException($"The fault {action.Kind} is unknown.");
        }
    }

    /// <summary>Runs the handler with another stream for its answer; nothing of it is sent unless the stream does.</summary>
    public static async Task WithAnswerAsync(HttpContext context, Stream answer, Func<Task> handler)
    {
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var replacement = new StreamResponseBodyFeature(answer);
        context.Features.Set<IHttpResponseBodyFeature>(replacement);
        try
        {
            await handler();
            await replacement.CompleteAsync();
        }
        finally
        {
            context.Features.Set(original);
        }
    }

    /// <summary>Runs the handler with its answer going through a shaping stream.</summary>
    public static Task ShapeAsync(HttpContext context, Func<Task> handler, AnswerStream answer) =>
        WithAnswerAsync(context, answer, async () =>
        {
            await handler();
            await answer.BeginAsync();
        });

    public static Stream ResponseStream(HttpContext context) => context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().Stream;

    /// <summary>Reads what is left of the request body.</summary>
    public static Task DrainAsync(HttpContext context) => context.Request.Body.CopyToAsync(Stream.Null, context.RequestAborted);

    /// <summary>Cuts the connection when what was written has left.</summary>
    public static async Task CutSentAsync(HttpContext context)
    {
        await SentAsync(context);
        Cut(context, Wire.Record(context)!);
    }

    private static void Cut(HttpContext context, RecordedRequest record)
    {
        record.Aborted = true;
        record.Log.Changed();
        context.Abort();
    }

    private static async Task PauseAsync(HttpContext context, int milliseconds, CancellationToken release)
    {
        if (milliseconds <= 0)
            return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, release);
        try
        {
            await Task.Delay(milliseconds, either.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // The rules were cleared: go on at once.
        }
    }

    private static async Task TruncateAsync(HttpContext context, FaultAction action, Func<Task> handler, Func<Task> pause)
    {
        using var whole = new MemoryStream();
        await WithAnswerAsync(context, whole, handler);
        await pause();
        var count = (int)Math.Min(whole.Length, action.AfterBytes);
        context.Response.ContentLength = count;
        await context.Response.Body.WriteAsync(whole.GetBuffer().AsMemory(0, count), context.RequestAborted);
    }

    private static async Task AnswerAsync(HttpContext context, FaultAction action, Func<string, string> expand)
    {
        var response = context.Response;
        response.StatusCode = action.Status ?? (action.Kind == FaultKind.Redirect ? 307 : response.StatusCode);
        if (action.Location is not null)
            response.Headers.Location = expand(action.Location);
        foreach (var (name, value) in action.Headers ?? [])
            response.Headers[name] = expand(value);
        if (response.StatusCode is 204 or 304 || HttpMethods.IsHead(context.Request.Method))
            return;
        var text = Encoding.UTF8.GetBytes(action.Body ?? "");
        if (action.ContentType is not null)
            response.ContentType = action.ContentType;
        else if (action.Headers?.Keys.Contains("Content-Type", StringComparer.OrdinalIgnoreCase) != true && text.Length > 0)
            response.ContentType = "application/json";
        if (action.GarbageBytes == 0)
            response.ContentLength = text.Length;
        await response.Body.WriteAsync(text, context.RequestAborted);
        if (action.GarbageBytes == 0)
            return;
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)'x');
        for (var left = action.GarbageBytes; left > 0; left -= block.Length)
            await response.Body.WriteAsync(block.AsMemory(0, (int)Math.Min(left, block.Length)), context.RequestAborted);
    }

    /// <summary>Gives the bytes that were flushed a chance to leave before the connection is cut.</summary>
    private static Task SentAsync(HttpContext context) =>
        Task.Delay(PollInterval, context.RequestAborted).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Waits until the client has closed its side, or until the rules or the host end.</summary>
    private static async Task GoneAsync(HttpContext context, CancellationToken release)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, release);
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        try
        {
            while (!IsGone(socket))
                await Task.Delay(PollInterval, either.Token);
        }
        catch (OperationCanceledException)
        {
            // Either way it is over.
        }
    }

    /// <summary>
    /// Whether the peer has closed. Unread bytes in the receive buffer hide that from the server, so the
    /// kernel is asked where it can tell (Linux).
    /// </summary>
    private static bool IsGone(Socket? socket)
    {
        if (socket is null || !OperatingSystem.IsLinux())
            return false;
        try
        {
            Span<byte> info = stackalloc byte[8];
            return socket.GetRawSocketOption(TcpProtocol, TcpInfo, info) > 0 && info[0] != TcpEstablished;
        }
        catch (Exception problem) when (problem is SocketException or ObjectDisposedException)
        {
            return true;
        }
    }
}

using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ojin.Json;
using Polly;
using Polly.Retry;

namespace Ojin.Http;

/// <summary>
/// How any request leaves, whoever it is for: the credential goes to its own origin only, redirects are not followed,
/// repetitions follow the <see cref="RetryRule"/>, answers are bounded, errors are <see cref="OjinException"/>, and
/// what is traced is redacted. This is the only layer that repeats a request.
/// </summary>
public sealed class HttpTransport
{
    private const int TraceLength = 4000;

    // An idle connection that the server is about to close would make the outcome of a request that charges unknown
    // for nothing, so those requests take only connections that were in use a moment ago.
    private static readonly Lazy<HttpMessageInvoker> Pooled = new(() => CreateInvoker(TimeSpan.FromSeconds(30)));
    private static readonly Lazy<HttpMessageInvoker> Fresh = new(() => CreateInvoker(TimeSpan.FromSeconds(2)));

    private readonly TransportOptions options;
    private readonly IRequestObserver? observer;
    private readonly string[] secrets;

    /// <summary>Creates a transport; the connections behind it are shared by the whole process.</summary>
    /// <param name="observer">Is told about every try; may be null.</param>
    /// <param name="secrets">What must not appear in any text that leaves this library.</param>
    /// <param name="options">How patient it is.</param>
    public HttpTransport(IRequestObserver? observer = null, IEnumerable<string>? secrets = null, TransportOptions? options = null)
    {
        this.observer = observer;
        this.secrets = secrets?.ToArray() ?? [];
        this.options = options ?? TransportOptions.Default;
    }

    /// <summary>What the User-Agent header says; the module puts its version and commit there.</summary>
    public static ProductInfoHeaderValue UserAgent { get; } = new("Ojin-PowerShell", VersionOfThis());

    /// <summary>How patient it is.</summary>
    public TransportOptions Options => options;

    /// <summary>The same with one try for each request, for whoever asks again at times of his own.</summary>
    internal HttpTransport WithOneTry() => new(observer, secrets, options.With(maximumAttempts: 1));

    /// <summary>Sends a request and reads its JSON answer.</summary>
    /// <exception cref="OjinException">Any failure.</exception>
    public async Task<T> SendAsync<T>(ServiceRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var answer = await SendAsync(request, cancellationToken).ConfigureAwait(false);
        return answer.Read(type);
    }

    /// <summary>Sends a request and reads its answer, whole and bounded.</summary>
    /// <exception cref="OjinException">Any failure, a status that is no success included.</exception>
    public Task<ServiceAnswer> SendAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return TryAsync(request, (answer, attempt, token) => ReadWholeAsync(request, answer, attempt, token), cancellationToken);
    }

    /// <summary>
    /// Sends a request and hands over its answer as it starts, for the caller to read as a stream and to dispose. What
    /// breaks while it is read is the caller's to deal with.
    /// </summary>
    /// <exception cref="OjinException">Any failure until the headers are there, a status that is no success included.</exception>
    public Task<OpenAnswer> OpenAsync(ServiceRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return TryAsync(
            request,
            async (answer, attempt, token) => new OpenAnswer(answer, await answer.Content.ReadAsStreamAsync(token).ConfigureAwait(false), attempt),
            cancellationToken);
    }

    /// <summary>Text without this transport's secrets and without queries of URLs.</summary>
    public string Redact(string text) => Redaction.Redact(text, secrets);

    /// <summary>Tells the observer something that is no request of its own, such as a verdict on a file.</summary>
    public void Trace(string line)
    {
        if (observer is { WantsRequests: true }) observer.OnRequest(TextForDisplay.Escape(Redact(line)));
    }

    internal static OjinException Invalid(ServiceRequest request, int? status, string what, int attempts, string? code = null) =>
        new(code ?? ErrorCodes.InvalidAnswer, $"{What(request)} was answered with {what}.", request.Retry == RetryRule.Safe ? "Check that the address of the session is the service's own, then try again." : Look(request))
        {
            Service = request.Service,
            StatusCode = status,
            Method = request.Method.Method,
            Path = request.Path,
            Attempts = attempts,
            OutcomeUnknown = request.Retry != RetryRule.Safe,
        };

    private static string What(ServiceRequest request) => $"{request.Method} {request.Path}";

    private static string Look(ServiceRequest request) => request.HowToLook ?? "It was not sent again, because it may have had its effect. Look at what is there before you send it again.";

    private async Task<T> TryAsync<T>(ServiceRequest request, Func<HttpResponseMessage, int, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        ServiceAddress.CheckTransport(request.Address, What(request));
        TryFailedException failed;
        try
        {
            return await TryOnceAsync(request, read, 1, cancellationToken).ConfigureAwait(false);
        }
        catch (TryFailedException exception)
        {
            if (!MayGoAgain(request, exception)) throw exception.Error;
            failed = exception;
        }
        return await TryAgainAsync(request, read, failed, cancellationToken).ConfigureAwait(false);
    }

    // Apart from the first try, which nearly all requests get through with: what repeats them is neither made nor loaded then.
    private async Task<T> TryAgainAsync<T>(ServiceRequest request, Func<HttpResponseMessage, int, CancellationToken, ValueTask<T>> read, TryFailedException failure, CancellationToken cancellationToken)
    {
        var first = (TryFailedException?)failure;
        var attempt = 1;
        var strategy = new RetryStrategyOptions<T>
        {
            MaxRetryAttempts = Math.Max(1, options.MaximumAttempts - 1),
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is TryFailedException failed && MayGoAgain(request, failed)),
            DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(Pause(arguments.AttemptNumber, ((TryFailedException)arguments.Outcome.Exception!).Error.RetryAfter)),
            OnRetry = arguments =>
            {
                var error = ((TryFailedException)arguments.Outcome.Exception!).Error;
                Trace(string.Create(CultureInfo.InvariantCulture, $"{What(request)}: again in {arguments.RetryDelay.TotalSeconds:0.0} s ({error.Code}), try {arguments.AttemptNumber + 2} of {options.MaximumAttempts}"));
                return ValueTask.CompletedTask;
            },
        };
        try
        {
            var pipeline = new ResiliencePipelineBuilder<T>().AddRetry(strategy).Build();
            return await pipeline.ExecuteAsync(
                token =>
                {
                    // The strategy's first try is the one that has failed already.
                    if (Interlocked.Exchange(ref first, null) is { } failed) return ValueTask.FromException<T>(Rethrown(failed));
                    return TryOnceAsync(request, read, ++attempt, token);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (TryFailedException failed)
        {
            throw failed.Error;
        }
    }

    private bool MayGoAgain(ServiceRequest request, TryFailedException failed)
    {
        if (request.Retry == RetryRule.Never || options.MaximumAttempts <= 1 || failed.Error.RetryAfter > options.MaximumRetryAfter) return false;
        if (failed.NothingHappened) return failed.Error.StatusCode == 429 || failed.IsTransient;
        return request.Retry == RetryRule.Safe && failed.IsTransient;
    }

    private TimeSpan Pause(int attemptNumber, TimeSpan? retryAfter)
    {
        var ceiling = Math.Min(options.MaximumDelay.TotalMilliseconds, options.BaseDelay.TotalMilliseconds * Math.Pow(2, attemptNumber));
#pragma warning disable CA5394 // It spreads clients over time and protects nothing.
        var drawn = TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * ceiling);
#pragma warning restore CA5394
        return retryAfter is { } asked && asked > drawn ? asked : drawn;
    }

    private async ValueTask<T> TryOnceAsync<T>(ServiceRequest request, Func<HttpResponseMessage, int, CancellationToken, ValueTask<T>> read, int attempt, CancellationToken cancellationToken)
    {
        using var message = CreateMessage(request);
        TraceRequest(request, message);
        var started = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (request.Watch is { } watch) watch.Start(limit);
        else if (AnswerTimeoutOf(request) is var patience && patience != Timeout.InfiniteTimeSpan) limit.CancelAfter(patience);
        HttpResponseMessage? answer = null;
        var handedOver = false;
        try
        {
            var invoker = (request.Retry == RetryRule.Safe ? Pooled : Fresh).Value;
            answer = await invoker.SendAsync(message, limit.Token).ConfigureAwait(false);
            request.Watch?.Stop();
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            TraceTry(request, ((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture), started, attempt);
            if (!answer.IsSuccessStatusCode) throw await RefusalAsync(request, answer, attempt, limit.Token).ConfigureAwait(false);
            var result = await read(answer, attempt, limit.Token).ConfigureAwait(false);
            handedOver = result is OpenAnswer;
            request.OnTryEnded?.Invoke(null);
            return result;
        }
        catch (Exception exception) when (exception is not OjinException { Code: ErrorCodes.InvalidAddress or ErrorCodes.InvalidArgument })
        {
            if (cancellationToken.IsCancellationRequested && exception is not TryFailedException) throw new OperationCanceledException("Stopped.", exception, cancellationToken);
            var failed = exception as TryFailedException ?? Failed(request, answer, exception, attempt, started);
            request.OnTryEnded?.Invoke(failed.Error);
            throw failed == exception ? Rethrown(failed) : failed;
        }
        finally
        {
            request.Watch?.Stop();
            if (!handedOver) answer?.Dispose();
        }
    }

    private TimeSpan AnswerTimeoutOf(ServiceRequest request) =>
        options.MaximumAnswerTimeout != TimeSpan.MaxValue && (request.AnswerTimeout == Timeout.InfiniteTimeSpan || request.AnswerTimeout > options.MaximumAnswerTimeout)
            ? options.MaximumAnswerTimeout
            : request.AnswerTimeout;

    private static TryFailedException Rethrown(TryFailedException failed) => new(failed.Error) { IsTransient = failed.IsTransient, NothingHappened = failed.NothingHappened };

    private TryFailedException Failed(ServiceRequest request, HttpResponseMessage? answer, Exception exception, int attempt, long started)
    {
        if (answer is null) TraceTry(request, exception is OperationCanceledException ? "no answer in time" : "no answer", started, attempt);
        var status = answer is null ? (int?)null : (int)answer.StatusCode;
        if (exception is OjinException known)
        {
            // Content that could not be read, or an answer that is too large: the same would happen again.
            return new TryFailedException(known) { IsTransient = false, NothingHappened = false };
        }
        var origin = request.Address.GetLeftPart(UriPartial.Authority);
        if (answer is null && exception is HttpRequestException refused && NeverConnected(refused))
        {
            var (why, todo) = Explain(refused, request.Address);
            return new TryFailedException(Error(ErrorCodes.ConnectionFailed, $"{What(request)} could not be sent: {why}.", todo, unknown: false)) { IsTransient = refused.HttpRequestError != HttpRequestError.SecureConnectionError, NothingHappened = true };
        }
        var unknown = request.Retry != RetryRule.Safe;
        var (code, happened) = exception is OperationCanceledException
            ? (ErrorCodes.AnswerTimeout, string.Create(CultureInfo.InvariantCulture, $"stood still: {origin} took or sent nothing for {(request.Watch?.Limit ?? AnswerTimeoutOf(request)).TotalSeconds:0.#} s"))
            : answer is null
                ? (ErrorCodes.ConnectionLost, $"lost its connection to {origin} before the answer came")
                : (ErrorCodes.ConnectionLost, $"got an answer from {origin} that was cut short");
        var error = unknown
            ? Error(ErrorCodes.OutcomeUnknown, $"{What(request)} {happened}. Whether it had its effect is not known.", Look(request), unknown: true)
            : Error(code, $"{What(request)} {happened}{(attempt > 1 ? string.Create(CultureInfo.InvariantCulture, $", the {attempt}th time") : "")}.", "Check the network and the state of the service, then run the command again.", unknown: false);
        return new TryFailedException(error) { IsTransient = true };

        OjinException Error(string code, string text, string todo, bool unknown) => new(code, Redact(text), todo, Cause(exception))
        {
            Service = request.Service,
            StatusCode = status,
            Method = request.Method.Method,
            Path = request.Path,
            Attempts = attempt,
            OutcomeUnknown = unknown,
        };
    }

    // The inner exception of an HttpRequestException can name a host, never a query; anything else is left out.
    private static Exception? Cause(Exception exception) => exception is HttpRequestException or IOException ? exception : null;

    private static bool NeverConnected(HttpRequestException exception) => exception.HttpRequestError
        is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;

    private static (string Why, string Todo) Explain(HttpRequestException exception, Uri address)
    {
        var origin = address.GetLeftPart(UriPartial.Authority);
        return exception.HttpRequestError switch
        {
            HttpRequestError.NameResolutionError => ($"the name {address.Host} does not resolve", "Check the spelling of the address and this machine's DNS."),
            HttpRequestError.SecureConnectionError => exception.InnerException is AuthenticationException
                ? ($"{origin} has no certificate that this machine trusts", "Check the address; if a proxy of your own inspects traffic, let this machine trust its certificate.")
                : ($"no secure connection to {origin} could be made", "Check that the address speaks https."),
            HttpRequestError.ProxyTunnelError => ($"the proxy did not let the connection to {origin} through", "Check the proxy's settings (HTTPS_PROXY, NO_PROXY)."),
            _ => ($"nothing answers at {origin}", "Check the address and the network, and whether the service runs."),
        };
    }

    private async Task<TryFailedException> RefusalAsync(ServiceRequest request, HttpResponseMessage answer, int attempt, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        byte[] body;
        try
        {
            body = await ReadBoundedAsync(answer, 256 * 1024, truncate: true, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or TimeoutException)
        {
            body = [];
        }
        TraceAnswer(request, body);
        var told = ErrorReader.Read(answer, body);
        // What a service says may repeat the key that it got, in any of its fields.
        var code = told.Code is null ? ErrorCodes.ForStatus(status) : Redact(told.Code);
        var unknown = request.Retry != RetryRule.Safe && (status >= 500 || status is 408);
        var said = told.Message is { Length: > 0 } message ? $": {TextForDisplay.Escape(Redact(message), 1000)}" : "";
        var text = status is >= 300 and < 400
            ? $"{What(request)} was redirected to {Redact(TextForDisplay.Escape(Target(answer, request)))} ({status}), and redirects are not followed, because a key must not go elsewhere."
            : $"{What(request)} was refused ({status} {TextForDisplay.Escape(code, 100)}){said}{(said.Length > 0 && said[^1] is '.' or '!' or '?' ? "" : ".")}";
        if (unknown && status >= 500) text += " Whether it had its effect is not known.";
        var error = new OjinException(TextForDisplay.Escape(code, 100), text, unknown ? Look(request) : Recommendation.For(request, status, code, told.RetryAfter))
        {
            Service = request.Service,
            StatusCode = status,
            Details = Redacted(told.Details),
            RetryAfter = told.RetryAfter,
            Method = request.Method.Method,
            Path = request.Path,
            RawBody = body.Length == 0 ? null : TextForDisplay.Escape(Redact(Encoding.UTF8.GetString(body)), TraceLength),
            Attempts = attempt,
            OutcomeUnknown = unknown,
        };
        return new TryFailedException(error) { IsTransient = status is 408 or 429 or >= 500 and not 501, NothingHappened = status == 429 };
    }

    private JsonMap? Redacted(JsonMap? details)
    {
        if (details is null) return null;
        var json = details.ToJson();
        var redacted = Redact(json);
        if (redacted == json) return details;
        try
        {
            return JsonMap.Parse(redacted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Target(HttpResponseMessage answer, ServiceRequest request) =>
        answer.Headers.Location is { } location ? (location.IsAbsoluteUri ? location : new Uri(request.Address, location)).GetLeftPart(UriPartial.Path) : "an address that it does not name";

    private static HttpRequestMessage CreateMessage(ServiceRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Address)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = request.Content?.Invoke(),
        };
        if (message.Content is null && request.Method != HttpMethod.Get && request.Method != HttpMethod.Head && request.Method != HttpMethod.Delete)
        {
            // With a body, even an empty one, the handler below never sends a request a second time by itself.
            message.Content = new ByteArrayContent([]);
        }
        if (request.Service != OjinService.Storage) message.Headers.UserAgent.Add(UserAgent);
        if (request.Accept is not null) message.Headers.TryAddWithoutValidation("Accept", request.Accept);
        foreach (var (name, value) in request.Headers) message.Headers.TryAddWithoutValidation(name, value);
        request.Credential?.AddTo(message);
        return message;
    }

    private async ValueTask<ServiceAnswer> ReadWholeAsync(ServiceRequest request, HttpResponseMessage answer, int attempt, CancellationToken cancellationToken)
    {
        byte[] body;
        try
        {
            body = await ReadBoundedAsync(answer, options.MaximumAnswerBytes, truncate: false, cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException)
        {
            throw Invalid(request, (int)answer.StatusCode, $"more than {options.MaximumAnswerBytes / (1024 * 1024)} MiB", attempt, code: ErrorCodes.AnswerTooLarge);
        }
        TraceAnswer(request, body);
        return new ServiceAnswer(request, (int)answer.StatusCode, answer.Headers, answer.Content.Headers, body, attempt);
    }

    private async Task<byte[]> ReadBoundedAsync(HttpResponseMessage answer, int maximum, bool truncate, CancellationToken cancellationToken)
    {
        if (answer.Content.Headers.ContentLength is { } length && length > maximum && !truncate) throw new InvalidDataException();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stream = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(answer.Content.Headers.ContentLength ?? 16384, 1024, 1024 * 1024));
            try
            {
                var read = 0;
                while (true)
                {
                    if (read == buffer.Length)
                    {
                        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                        buffer.AsSpan(0, read).CopyTo(larger);
                        ArrayPool<byte>.Shared.Return(buffer);
                        buffer = larger;
                    }
                    limit.CancelAfter(options.StallTimeout);
                    int count;
                    try
                    {
                        count = await stream.ReadAsync(buffer.AsMemory(read), limit.Token).ConfigureAwait(false);
                    }
                    catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
                    {
                        throw new TimeoutException("The answer stood still.");
                    }
                    if (count == 0) return buffer.AsSpan(0, read).ToArray();
                    read += count;
                    if (read > maximum) return truncate ? buffer.AsSpan(0, maximum).ToArray() : throw new InvalidDataException();
                }
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private void TraceTry(ServiceRequest request, string outcome, long started, int attempt)
    {
        if (observer is not { WantsRequests: true }) return;
        var target = TextForDisplay.Escape(request.BodyIsContent || request.Service == OjinService.Storage ? request.Address.GetLeftPart(UriPartial.Path) : request.Address.PathAndQuery, 500);
        observer.OnRequest(Redact(string.Create(CultureInfo.InvariantCulture, $"{request.Method} {target} -> {outcome} in {Stopwatch.GetElapsedTime(started).TotalMilliseconds:0} ms, try {attempt}")));
    }

    private void TraceRequest(ServiceRequest request, HttpRequestMessage message)
    {
        if (observer is not { WantsBodies: true } || message.Content is null) return;
        var text = message.Content is JsonBody json ? json.Text : $"({message.Content.Headers.ContentType?.ToString() ?? "bytes"}, {message.Content.Headers.ContentLength?.ToString(CultureInfo.InvariantCulture) ?? "unknown"} bytes)";
        observer.OnBody($"{What(request)} > {TextForDisplay.Escape(Redact(text), TraceLength)}");
    }

    private void TraceAnswer(ServiceRequest request, byte[] body)
    {
        if (observer is not { WantsBodies: true } || body.Length == 0) return;
        var text = request.BodyIsContent ? $"({body.Length} bytes)" : Redact(Encoding.UTF8.GetString(body));
        observer.OnBody($"{What(request)} < {TextForDisplay.Escape(text, TraceLength)}");
    }

    private static string VersionOfThis()
    {
        var version = typeof(HttpTransport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
        return version;
    }

    private static HttpMessageInvoker CreateInvoker(TimeSpan idle) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        PooledConnectionIdleTimeout = idle,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        // A watch over many jobs or parts is bounded where it is made.
        MaxConnectionsPerServer = int.MaxValue,
        MaxResponseHeadersLength = 64,
        ActivityHeadersPropagator = null,
    });

    // Carries the verdict on one try to the retry strategy; never leaves this class.
    private sealed class TryFailedException(OjinException error) : Exception(error.Message, error)
    {
        public OjinException Error { get; } = error;
        public bool IsTransient { get; init; }
        public bool NothingHappened { get; init; }
    }
}

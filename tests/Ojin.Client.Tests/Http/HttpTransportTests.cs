using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ojin.Http;
using Xunit;

namespace Ojin.Client.Tests.Http;

public sealed class HttpTransportTests
{
    private const string Key = "canary-key-0123456789";

    private static readonly TransportOptions Quick = new()
    {
        BaseDelay = TimeSpan.FromMilliseconds(1),
        MaximumDelay = TimeSpan.FromMilliseconds(5),
        MaximumAnswerBytes = 64 * 1024,
    };

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_safe_request_goes_again_when_the_service_may_recover(int status)
    {
        await using var server = new RawServer(RawAnswer.Json("{}", status), RawAnswer.Json("{\"x\":1}"));

        var answer = await SendAsync(server.Address, RetryRule.Safe);

        Assert.Equal(200, answer.StatusCode);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(402)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(413)]
    [InlineData(422)]
    [InlineData(501)]
    public async Task A_refusal_is_not_repeated(int status)
    {
        await using var server = new RawServer(RawAnswer.Json("{\"code\":\"NO\",\"message\":\"Not so.\"}", status));

        var error = await FailAsync(server.Address, RetryRule.Safe);

        Assert.Equal((status, "NO"), (error.StatusCode, error.Code));
        Assert.Contains("Not so.", error.Message, StringComparison.Ordinal);
        Assert.False(error.OutcomeUnknown);
        Assert.NotEmpty(error.RecommendedAction);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_safe_request_gives_up_in_the_end()
    {
        await using var server = new RawServer(RawAnswer.Json("{}", 503));

        var error = await FailAsync(server.Address, RetryRule.Safe);

        Assert.Equal(5, server.Requests.Count);
        Assert.Equal((5, 503, ErrorCodes.ServerError), (error.Attempts, error.StatusCode, error.Code));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_creating_request_is_not_repeated_after_an_answer_that_proves_nothing(int status)
    {
        await using var server = new RawServer(RawAnswer.Json("{}", status));

        var error = await FailAsync(server.Address, RetryRule.Once, HttpMethod.Post, "{}");

        Assert.True(error.OutcomeUnknown);
        Assert.Equal("Look first.", error.RecommendedAction);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_creating_request_goes_again_after_429()
    {
        await using var server = new RawServer(RawAnswer.Json("{}", 429), RawAnswer.Json());

        await SendAsync(server.Address, RetryRule.Once, HttpMethod.Post, "{}");

        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(RetryRule.Once)]
    [InlineData(RetryRule.Never)]
    public async Task A_creating_request_is_not_repeated_when_its_connection_breaks(RetryRule rule)
    {
        await using var server = new RawServer(RawAnswer.ResetConnection);

        var error = await FailAsync(server.Address, rule, HttpMethod.Post, "{\"title\":\"x\"}");

        Assert.Equal((ErrorCodes.OutcomeUnknown, true), (error.Code, error.OutcomeUnknown));
        Assert.Equal("Look first.", error.RecommendedAction);
        Assert.Single(server.Requests);
    }

    // A handler repeats a request without a body by itself when a connection that it used before breaks.
    [Theory]
    [InlineData("POST", null, false)]
    [InlineData("POST", null, true)]
    [InlineData("POST", "{}", false)]
    [InlineData("PUT", null, true)]
    public async Task A_creating_request_on_a_used_connection_is_never_sent_twice(string method, string? body, bool reset)
    {
        await using var server = new RawServer(request => request.Number == 1 ? RawAnswer.Json() : reset ? RawAnswer.ResetConnection : RawAnswer.CloseConnection);
        await SendAsync(server.Address, RetryRule.Once, HttpMethod.Post, "{}");

        var error = await FailAsync(server.Address, RetryRule.Once, new HttpMethod(method), body);

        Assert.True(error.OutcomeUnknown);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData("{\"a\":")]
    [InlineData("")]
    public async Task A_creating_request_whose_answer_is_cut_is_not_repeated(string start)
    {
        await using var server = new RawServer(RawAnswer.Raw("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n" + start));

        var error = await FailAsync(server.Address, RetryRule.Once, HttpMethod.Post, "{}");

        Assert.Equal((ErrorCodes.OutcomeUnknown, true), (error.Code, error.OutcomeUnknown));
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_safe_request_goes_again_when_its_connection_breaks(bool reset)
    {
        await using var server = new RawServer(reset ? RawAnswer.ResetConnection : RawAnswer.CloseConnection, RawAnswer.Json());

        await SendAsync(server.Address, RetryRule.Safe);

        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_safe_request_goes_again_when_its_answer_is_cut()
    {
        await using var server = new RawServer(RawAnswer.Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":"), RawAnswer.Json("{\"a\":1}"));

        var answer = await SendAsync(server.Address, RetryRule.Safe);

        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(answer.Body.Span));
    }

    [Fact]
    public async Task An_answer_that_is_always_cut_is_an_error_of_the_same_kind()
    {
        await using var server = new RawServer(RawAnswer.Raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":"));

        var error = await FailAsync(server.Address, RetryRule.Safe);

        Assert.Equal(ErrorCodes.ConnectionLost, error.Code);
        Assert.Contains("cut short", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_never_left_goes_again_whatever_it_does()
    {
        var address = ClosedPort();

        var error = await FailAsync(address, RetryRule.Once, HttpMethod.Post, "{}");

        Assert.Equal((ErrorCodes.ConnectionFailed, false, 5), (error.Code, error.OutcomeUnknown, error.Attempts));
        Assert.Contains(address.Authority, error.Message, StringComparison.Ordinal);
        Assert.Null(error.StatusCode);
    }

    [Fact]
    public async Task A_request_that_may_leave_once_only_does_not_try_a_closed_port_again()
    {
        var error = await FailAsync(ClosedPort(), RetryRule.Never);

        Assert.Equal((ErrorCodes.ConnectionFailed, 1), (error.Code, error.Attempts));
    }

    [Fact]
    public async Task One_attempt_is_one_attempt()
    {
        await using var server = new RawServer(RawAnswer.Json("{}", 503));

        var error = await FailAsync(server.Address, RetryRule.Safe, options: new TransportOptions { MaximumAttempts = 1 });

        Assert.Equal(1, error.Attempts);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_name_that_does_not_resolve_is_told()
    {
        var error = await FailAsync(new Uri("https://no-such-host.invalid/"), RetryRule.Never);

        // What a machine without DNS says differs; it is an error of the connection in any case.
        Assert.Contains(error.Code, new[] { ErrorCodes.ConnectionFailed, ErrorCodes.AnswerTimeout });
        Assert.Contains("no-such-host.invalid", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_http_goes_nowhere_but_to_the_loopback()
    {
        var error = await FailAsync(new Uri("http://192.0.2.1/"), RetryRule.Safe);

        Assert.Equal(ErrorCodes.InvalidAddress, error.Code);
    }

    [Theory]
    [InlineData("Retry-After: 1", "")]
    [InlineData("Date: Mon, 05 Jan 2026 10:00:00 GMT", "Retry-After: Mon, 05 Jan 2026 10:00:01 GMT")]
    public async Task A_pause_that_the_service_asks_for_is_kept(string header, string other)
    {
        string[] headers = other.Length > 0 ? [header, other] : [header];
        await using var server = new RawServer(RawAnswer.Json("{}", 503, headers), RawAnswer.Json());
        var started = Stopwatch.GetTimestamp();

        await SendAsync(server.Address, RetryRule.Safe);

        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(950));
    }

    [Fact]
    public async Task A_pause_in_the_body_is_kept()
    {
        await using var server = new RawServer(RawAnswer.Json("{\"error_code\":\"concurrency_limit\",\"message\":\"Full.\",\"retry_after_seconds\":0.5}", 429), RawAnswer.Json());
        var started = Stopwatch.GetTimestamp();

        await SendAsync(server.Address, RetryRule.Once, HttpMethod.Post, "{}");

        Assert.True(Stopwatch.GetElapsedTime(started) >= TimeSpan.FromMilliseconds(450));
    }

    [Fact]
    public async Task A_pause_beyond_the_bound_ends_the_tries()
    {
        await using var server = new RawServer(RawAnswer.Json("{}", 429, "Retry-After: 3600"));

        var error = await FailAsync(server.Address, RetryRule.Safe);

        Assert.Equal(TimeSpan.FromHours(1), error.RetryAfter);
        Assert.Contains("3600 s", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("Retry-After: Mon, 05 Jan 1970 10:00:01 GMT")]
    [InlineData("Retry-After: soon")]
    [InlineData("Retry-After: -5")]
    public async Task A_pause_that_makes_no_sense_does_no_harm(string header)
    {
        await using var server = new RawServer(RawAnswer.Json("{}", 503, header), RawAnswer.Json());

        await SendAsync(server.Address, RetryRule.Safe);

        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(303)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_not_followed_and_the_key_stays(int status)
    {
        await using var elsewhere = new RawServer(RawAnswer.Json());
        await using var server = new RawServer(RawAnswer.Of(status, null, "", $"Location: {elsewhere.Address}x?signature=canary-signature"));

        var error = await FailAsync(server.Address, RetryRule.Safe);

        Assert.Equal((ErrorCodes.Redirected, status), (error.Code, error.StatusCode));
        Assert.Contains(elsewhere.Address.Authority, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error.Message + error.RecommendedAction + error.RawBody, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_credential_goes_to_its_own_origin_only()
    {
        await using var server = new RawServer(RawAnswer.Json());
        await using var elsewhere = new RawServer(RawAnswer.Json());
        var request = Request(elsewhere.Address, RetryRule.Safe, HttpMethod.Get, null, Credential.ApiKey(Key, server.Address));

        var error = await Assert.ThrowsAsync<OjinException>(() => Transport().SendAsync(request, CancellationToken.None));

        Assert.Equal(ErrorCodes.InvalidAddress, error.Code);
        Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_request_with_a_credential_carries_it_once()
    {
        await using var server = new RawServer(RawAnswer.Json());

        await SendAsync(server.Address, RetryRule.Safe);

        var request = Assert.Single(server.Requests);
        Assert.Equal(Key, request.Headers["X-API-Key"]);
        Assert.Equal("application/json", request.Headers["Accept"]);
        Assert.StartsWith("Ojin-PowerShell/", request.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", request.Headers.Keys);
        Assert.DoesNotContain("traceparent", request.Headers.Keys);
    }

    [Fact]
    public async Task A_presigned_request_carries_nothing_beyond_what_it_needs()
    {
        await using var server = new RawServer(RawAnswer.Of(200, null, ""));
        var request = new ServiceRequest
        {
            Service = OjinService.Storage,
            Method = HttpMethod.Put,
            Address = new Uri(server.Address, "bucket/key?X-Amz-Signature=abc"),
            Retry = RetryRule.Safe,
            Accept = null,
            Content = () => new ByteArrayContent([1, 2, 3]),
        };

        await Transport().SendAsync(request, CancellationToken.None);

        Assert.Equal(["Content-Length", "Host"], Assert.Single(server.Requests).Headers.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("<html><body>Sign in</body></html>", "a web page")]
    [InlineData("  \r\n<!DOCTYPE html>", "a web page")]
    [InlineData("", "an empty body")]
    [InlineData("  ", "an empty body")]
    [InlineData("OK", "no JSON")]
    [InlineData("[1,2]", "does not fit")]
    [InlineData("{\"asset_id\":\"a\",", "cut short")]
    [InlineData("{\"asset_id\":5}", "asset_id")]
    [InlineData("{\"asset_id\":\"a\",\"size_bytes\":\"many\"}", "size_bytes")]
    [InlineData("{\"name\":\"no id\"}", "does not fit")]
    public async Task An_answer_that_is_not_what_the_contract_says_is_told(string body, string what)
    {
        await using var server = new RawServer(RawAnswer.Of(200, "application/json", body));
        var request = Request(server.Address, RetryRule.Safe);

        var error = await Assert.ThrowsAsync<OjinException>(() => Transport().SendAsync(request, OjinJson.Default.Asset, CancellationToken.None));

        Assert.Equal(ErrorCodes.InvalidAnswer, error.Code);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_byte_order_mark_does_no_harm()
    {
        await using var server = new RawServer(RawAnswer.Of(200, "application/json", "\ufeff{\"asset_id\":\"a\"}"));

        var asset = await Transport().SendAsync(Request(server.Address, RetryRule.Safe), OjinJson.Default.Asset, CancellationToken.None);

        Assert.Equal("a", asset.AssetId);
    }

    [Theory]
    [InlineData("Content-Length: 1073741824\r\n\r\n{\"data\":[")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n")]
    public async Task An_answer_of_absurd_length_is_not_read(string rest)
    {
        await using var server = new RawServer(new RawAnswer(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + rest), Endless: true));

        var error = await FailAsync(server.Address, RetryRule.Safe);

        Assert.Equal(ErrorCodes.AnswerTooLarge, error.Code);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_refusal_of_absurd_length_keeps_its_status()
    {
        await using var server = new RawServer(new RawAnswer(Encoding.ASCII.GetBytes("HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n"), Endless: true));

        var error = await FailAsync(server.Address, RetryRule.Safe);

        Assert.Equal((400, ErrorCodes.BadRequest), (error.StatusCode, error.Code));
        Assert.True(error.RawBody!.Length <= 4096);
    }

    [Theory]
    [InlineData("application/json", "{\"code\":\"A_CODE\",\"message\":\"Told.\",\"details\":{\"field\":\"x\"}}", "A_CODE", "Told.")]
    [InlineData("application/json", "{\"error_code\":\"agent_not_found\",\"message\":\"Told.\"}", "agent_not_found", "Told.")]
    [InlineData("application/json", "{\"detail\":\"Told.\"}", "BAD_REQUEST", "Told.")]
    [InlineData("application/json", "{\"detail\":[{\"loc\":[\"body\",\"prompt\"],\"msg\":\"field required\"}]}", "BAD_REQUEST", "body.prompt: field required")]
    [InlineData("application/xml", "<?xml version=\"1.0\"?><Error><Code>EntityTooSmall</Code><Message>Told.</Message></Error>", "EntityTooSmall", "Told.")]
    [InlineData("text/html", "<html><body>Bad gateway</body></html>", "BAD_REQUEST", "")]
    [InlineData("text/plain", "nothing in particular", "BAD_REQUEST", "")]
    [InlineData("application/json", "{\"code\":", "BAD_REQUEST", "")]
    [InlineData("application/json", "", "BAD_REQUEST", "")]
    public async Task Each_shape_of_an_error_is_read(string type, string body, string code, string said)
    {
        await using var server = new RawServer(RawAnswer.Of(400, type, body));

        var error = await FailAsync(server.Address, RetryRule.Safe);

        Assert.Equal(code, error.Code);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
        Assert.Equal("GET", error.Method);
        Assert.Equal("/", error.Path);
    }

    [Theory]
    [InlineData("{\"code\":\"KEY\",\"message\":\"m\"}")]
    [InlineData("{\"error_code\":\"no KEY\",\"message\":\"m\"}")]
    [InlineData("{\"code\":\"x\",\"message\":\"m\",\"details\":{\"header\":\"KEY\",\"deep\":[{\"KEY\":1}],\"kept\":1.10}}")]
    [InlineData("{\"detail\":[{\"loc\":[\"header\",\"KEY\"],\"msg\":\"KEY\"}]}")]
    public async Task A_service_that_repeats_the_key_in_an_error_is_not_repeated(string body)
    {
        await using var server = new RawServer(RawAnswer.Json(body.Replace("KEY", Key, StringComparison.Ordinal), 400));
        var error = await FailAsync(server.Address, RetryRule.Safe);

        Assert.DoesNotContain(Key, string.Join(' ', error.Code, error.Message, error.RawBody, error.Details?.ToJson(), error), StringComparison.Ordinal);
        if (body.Contains("kept", StringComparison.Ordinal)) Assert.Contains("\"kept\":1.10", error.Details!.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_says_cannot_steer_a_terminal_nor_show_the_key()
    {
        await using var server = new RawServer(RawAnswer.Json("{\"code\":\"E\\u001b[31m\",\"message\":\"bad\\u001b]0;x\\u0007 key " + Key + " at https://s3.example/x?X-Amz-Signature=canary\"}", 400));

        var error = await FailAsync(server.Address, RetryRule.Safe);

        var all = error + error.Message + error.Code + error.RawBody;
        Assert.DoesNotContain('\u001b', all);
        Assert.DoesNotContain("canary", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Traces_tell_each_try_and_no_secret()
    {
        await using var server = new RawServer(
            RawAnswer.Json("{\"message\":\"" + Key + "\"}", 503),
            RawAnswer.Json("{\"asset_url\":\"https://s3.example/x?X-Amz-Signature=canary\",\"token\":\"canary\"}"));
        var observer = new Observer();
        var request = new ServiceRequest
        {
            Service = OjinService.Ojin,
            Method = HttpMethod.Get,
            Address = new Uri(server.Address, "assets?limit=1"),
            Retry = RetryRule.Safe,
            Credential = Credential.ApiKey(Key, server.Address),
        };

        await new HttpTransport(observer, [Key], Quick).SendAsync(request, CancellationToken.None);

        var all = string.Join('\n', observer.Lines);
        Assert.Contains("GET /assets?limit=1 -> 503", all, StringComparison.Ordinal);
        Assert.Contains("try 2 of 5", all, StringComparison.Ordinal);
        Assert.Contains("GET /assets?limit=1 -> 200", all, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", all, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stop_ends_a_request_that_waits()
    {
        await using var server = new RawServer(RawAnswer.Nothing);
        using var stop = new CancellationTokenSource();
        var sending = Transport().SendAsync(Request(server.Address, RetryRule.Safe), stop.Token);
        while (server.Requests.Count == 0) await Task.Delay(5, CancellationToken.None);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_stop_ends_a_pause()
    {
        await using var server = new RawServer(RawAnswer.Json("{}", 503, "Retry-After: 100"));
        using var stop = new CancellationTokenSource();
        var sending = Transport().SendAsync(Request(server.Address, RetryRule.Safe), stop.Token);
        while (server.Requests.Count == 0) await Task.Delay(5, CancellationToken.None);

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [InlineData(RetryRule.Safe, ErrorCodes.AnswerTimeout)]
    [InlineData(RetryRule.Once, ErrorCodes.OutcomeUnknown)]
    public async Task An_answer_that_does_not_come_ends_the_try(RetryRule rule, string code)
    {
        await using var server = new RawServer(RawAnswer.Nothing);
        var request = new ServiceRequest
        {
            Service = OjinService.Ojin,
            Method = rule == RetryRule.Safe ? HttpMethod.Get : HttpMethod.Post,
            Address = server.Address,
            Retry = rule,
            AnswerTimeout = TimeSpan.FromMilliseconds(250),
        };

        var error = await Assert.ThrowsAsync<OjinException>(() => new HttpTransport(null, [], new TransportOptions { MaximumAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(1) }).SendAsync(request, CancellationToken.None));

        Assert.Equal(code, error.Code);
        Assert.True(server.Requests.Count <= (rule == RetryRule.Safe ? 2 : 1));
    }

    [Fact]
    public async Task An_answer_that_stands_still_ends_the_try()
    {
        await using var server = new RawServer(new RawAnswer(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), Stall: true));

        var error = await FailAsync(server.Address, RetryRule.Safe, options: new TransportOptions { MaximumAttempts = 2, BaseDelay = TimeSpan.FromMilliseconds(1), StallTimeout = TimeSpan.FromMilliseconds(100) });

        Assert.Equal(ErrorCodes.ConnectionLost, error.Code);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task An_open_answer_is_handed_over_as_it_starts()
    {
        await using var server = new RawServer(new RawAnswer(Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 5\r\n\r\nab"), Stall: true));

        await using var answer = await Transport().OpenAsync(Request(server.Address, RetryRule.Safe), CancellationToken.None);

        var two = new byte[2];
        await answer.Stream.ReadExactlyAsync(two);
        Assert.Equal(("ab", 5L, "\"e\""), (Encoding.ASCII.GetString(two), answer.Length!.Value, answer.ETag));
    }

    private static HttpTransport Transport(TransportOptions? options = null) => new(null, [Key], options ?? Quick);

    private static ServiceRequest Request(Uri address, RetryRule rule, HttpMethod? method = null, string? body = null, Credential? credential = null) => new()
    {
        Service = OjinService.Ojin,
        Method = method ?? HttpMethod.Get,
        Address = address,
        Retry = rule,
        Credential = credential ?? (address.IsLoopback || address.Scheme == "https" ? Credential.ApiKey(Key, address) : null),
        Content = body is null ? null : JsonBody.Of(body),
        HowToLook = "Look first.",
    };

    private static Task<ServiceAnswer> SendAsync(Uri address, RetryRule rule, HttpMethod? method = null, string? body = null) =>
        Transport().SendAsync(Request(address, rule, method, body), CancellationToken.None);

    private static async Task<OjinException> FailAsync(Uri address, RetryRule rule, HttpMethod? method = null, string? body = null, TransportOptions? options = null)
    {
        var error = await Assert.ThrowsAsync<OjinException>(() => Transport(options).SendAsync(Request(address, rule, method, body), CancellationToken.None));
        Assert.DoesNotContain(Key, string.Create(CultureInfo.InvariantCulture, $"{error}{error.InnerException}{error.RecommendedAction}{error.RawBody}"), StringComparison.Ordinal);
        return error;
    }

    private static Uri ClosedPort()
    {
        // Bound and not listening: nobody else gets the port, and nothing answers.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        GC.KeepAlive(socket);
        Held.Add(socket);
        return new Uri($"http://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}/");
    }

    private static readonly System.Collections.Concurrent.ConcurrentBag<Socket> Held = [];

    private sealed class Observer : IRequestObserver
    {
        private readonly List<string> lines = [];

        public bool WantsBodies => true;

        public IReadOnlyList<string> Lines
        {
            get
            {
                lock (lines) return [.. lines];
            }
        }

        public void OnRequest(string line)
        {
            lock (lines) lines.Add(line);
        }

        public void OnBody(string text) => OnRequest(text);
    }
}

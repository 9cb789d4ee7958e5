using System.Diagnostics;
using Ojin.Http;

namespace Ojin;

/// <summary>What a service answered to the cheapest read that needs the key.</summary>
public sealed class SessionTest
{
    private SessionTest(ServiceSession session)
    {
        Service = session.Service;
        BaseUri = session.BaseUri;
        KeyHint = session.KeyHint;
    }

    /// <summary>Who was asked.</summary>
    public OjinService Service { get; }

    /// <summary>At which address.</summary>
    public Uri BaseUri { get; }

    /// <summary>The first letters of the key; null where there is none.</summary>
    public string? KeyHint { get; }

    /// <summary>Whether the service answered as its contract says.</summary>
    public bool Succeeded { get; private init; }

    /// <summary>Whether the service took the key; null when no answer tells.</summary>
    public bool? KeyIsValid { get; private init; }

    /// <summary>The HTTP status; null when there was no answer.</summary>
    public int? StatusCode { get; private init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; private init; }

    /// <summary>What to know or to do.</summary>
    public string Message { get; private init; } = "";

    /// <summary>Asks once: <c>GET /model-configs?limit=1</c>, <c>GET /api/v1/videos?limit=1</c> (with a Firebase token alone <c>GET /api/api-keys</c>), <c>GET /api/billing/wallet</c>.</summary>
    public static async Task<SessionTest> RunAsync(HttpTransport transport, ServiceSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(session);
        var started = Stopwatch.GetTimestamp();
        try
        {
            var (path, query, key) = session switch
            {
                OjinSession ojin => ("model-configs", "1", ojin.RequireKey()),
                OzorSession { Key: null, Token: { } token } => ("api/api-keys", null, token),
                OzorSession ozor => ("api/v1/videos", "1", ozor.RequireKey()),
                AimpSession aimp => ("billing/wallet", null, aimp.RequireKey()),
                _ => throw new ArgumentException("Unknown session.", nameof(session)),
            };
            var answer = await transport.SendAsync(
                new ServiceRequest
                {
                    Service = session.Service,
                    Method = HttpMethod.Get,
                    Address = session.Address.Build(path, ("limit", query)),
                    Retry = RetryRule.Never,
                    Credential = key,
                    AnswerTimeout = TimeSpan.FromSeconds(30),
                },
                cancellationToken).ConfigureAwait(false);
            // A web page with status 200 is not the service.
            answer.ReadFreeForm();
            return new SessionTest(session)
            {
                Succeeded = true,
                KeyIsValid = true,
                StatusCode = answer.StatusCode,
                Duration = Stopwatch.GetElapsedTime(started),
                Message = "The service answers; the key is good.",
            };
        }
        catch (OjinException exception)
        {
            return new SessionTest(session)
            {
                KeyIsValid = exception.StatusCode switch { 401 => false, 403 => true, _ => null },
                StatusCode = exception.StatusCode,
                Duration = Stopwatch.GetElapsedTime(started),
                Message = $"{exception.Message} {exception.RecommendedAction}",
            };
        }
    }
}

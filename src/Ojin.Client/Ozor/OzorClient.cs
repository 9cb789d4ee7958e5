using System.Text.Json.Serialization.Metadata;
using Ojin.Http;

namespace Ojin;

/// <summary>
/// Ozor, all 15 operations: videos and their jobs, documents and their plans, API keys. Reading is repeated when the
/// connection or the service fails; what costs credits is sent once, whatever happens on the way.
/// </summary>
public sealed partial class OzorClient
{
    private readonly HttpTransport transport;
    private readonly OzorSession session;
    private readonly TimeSpan? readLimit;

    /// <summary>Creates a client.</summary>
    public OzorClient(HttpTransport transport, OzorSession session)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(session);
        this.transport = transport;
        this.session = session;
    }

    private OzorClient(OzorClient other, TimeSpan readLimit)
        : this(other.transport.WithOneTry(), other.session)
    {
        this.readLimit = readLimit;
    }

    /// <summary>The same for whoever asks again at times of his own: one try for each request, with less patience.</summary>
    internal OzorClient WithOneTry(TimeSpan limit) => new(this, limit);

    /// <summary>
    /// Books the credits, sends, and takes the booking back only when it is certain that nothing was charged. A send
    /// that was stopped on its way stays booked.
    /// </summary>
    /// <param name="credits">What it costs.</param>
    /// <param name="what">What costs it, to begin a sentence with, such as "A video from a prompt".</param>
    /// <param name="send">Sends the one request.</param>
    /// <exception cref="OjinException">The session's credit limit would be passed (nothing was sent), or any failure.</exception>
    private async Task<T> ChargeAsync<T>(int credits, string what, Func<Task<T>> send)
    {
        session.Credits.Book(credits, what);
        try
        {
            return await send().ConfigureAwait(false);
        }
        catch (OjinException exception) when (!exception.OutcomeUnknown)
        {
            session.Credits.Release(credits);
            throw;
        }
    }

    internal string Redact(string text) => transport.Redact(text);

    private static string Segment(string id, string what) => ServiceAddress.Segment(OjinId.Text(id, what), what);

    // A transport that is less patient than an operation has the last word.
    private TimeSpan Bounded(TimeSpan limit) => limit < transport.Options.MaximumAnswerTimeout ? limit : transport.Options.MaximumAnswerTimeout;

    private static string Shown(string text) => TextForDisplay.Escape(text, 100);

    private Task<T> ReadAsync<T>(Uri address, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class => transport.SendAsync(
            new ServiceRequest
            {
                Service = OjinService.Ozor,
                Method = HttpMethod.Get,
                Address = address,
                Retry = RetryRule.Safe,
                Credential = session.RequireKey(),
                AnswerTimeout = readLimit ?? TimeSpan.FromSeconds(100),
            },
            type,
            cancellationToken);
}

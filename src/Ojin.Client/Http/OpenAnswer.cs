namespace Ojin.Http;

/// <summary>A successful answer whose body is still on its way.</summary>
public sealed class OpenAnswer : IAsyncDisposable
{
    private readonly HttpResponseMessage message;

    internal OpenAnswer(HttpResponseMessage message, Stream stream, int attempts)
    {
        this.message = message;
        Stream = stream;
        Attempts = attempts;
    }

    /// <summary>The status, 200 to 299.</summary>
    public int StatusCode => (int)message.StatusCode;

    /// <summary>The body.</summary>
    public Stream Stream { get; }

    /// <summary>How many times the request left.</summary>
    public int Attempts { get; }

    /// <summary>The length of the body; null where the answer does not tell.</summary>
    public long? Length => message.Content.Headers.ContentLength;

    /// <summary>The media type of the body.</summary>
    public string? ContentType => message.Content.Headers.ContentType?.MediaType;

    /// <summary>The ETag, with its quotes; null where there is none.</summary>
    public string? ETag => message.Headers.TryGetValues("ETag", out var values) ? values.FirstOrDefault() : null;

    /// <summary>What range of what length the body is; null where it is the whole.</summary>
    public System.Net.Http.Headers.ContentRangeHeaderValue? Range => message.Content.Headers.ContentRange;

    /// <summary>A header of the answer or its body; null where there is none.</summary>
    public string? Header(string name) =>
        message.Headers.TryGetValues(name, out var values) || message.Content.Headers.TryGetValues(name, out values) ? string.Join(", ", values) : null;

    /// <summary>Closes the body and gives the connection back, or ends it where the body was not read to its end.</summary>
    public async ValueTask DisposeAsync()
    {
        await Stream.DisposeAsync().ConfigureAwait(false);
        message.Dispose();
    }
}

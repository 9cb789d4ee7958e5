namespace Ojin.Http;

/// <summary>One request as a client wants it, before any try.</summary>
public sealed class ServiceRequest
{
    /// <summary>Who is asked.</summary>
    public required OjinService Service { get; init; }

    /// <summary>The HTTP method.</summary>
    public required HttpMethod Method { get; init; }

    /// <summary>The whole address.</summary>
    public required Uri Address { get; init; }

    /// <summary>How often it may leave.</summary>
    public required RetryRule Retry { get; init; }

    /// <summary>The key or token; null for public endpoints and presigned URLs.</summary>
    public Credential? Credential { get; init; }

    /// <summary>Makes the body, anew for each try; null for none.</summary>
    public Func<HttpContent>? Content { get; init; }

    /// <summary>Further headers.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>The media type that is asked for; null sends no Accept header.</summary>
    public string? Accept { get; init; } = "application/json";

    /// <summary>
    /// How long one try may take until the answer's headers are there; a long upload has
    /// <see cref="Timeout.InfiniteTimeSpan"/> and a watch of its own.
    /// </summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Takes the place of <see cref="AnswerTimeout"/> for a body that is long on its way: ends a try only when it stands still.</summary>
    public StallWatch? Watch { get; init; }

    /// <summary>What may be told of a request whose outcome is not known: how to look.</summary>
    public string? HowToLook { get; init; }

    /// <summary>Whether the answer, body and all, is kept out of traces because it is content and not a message.</summary>
    public bool BodyIsContent { get; init; }

    /// <summary>Sees every try end; for those that tell a try that left from one that did not.</summary>
    public Action<Exception?>? OnTryEnded { get; init; }

    /// <summary>Method and path without the query, as messages show it.</summary>
    public string Path => TextForDisplay.Escape(Address.AbsolutePath, 300);
}

namespace Ojin.Http;

/// <summary>How often a request may leave.</summary>
public enum RetryRule
{
    /// <summary>
    /// Repeating it does no harm: again on a lost connection, a timeout, 408, 429 and 5xx, with growing pauses.
    /// </summary>
    Safe,

    /// <summary>
    /// It charges, creates or overwrites: again only when it is certain that nothing happened, which is a 429 or a
    /// connection that was never made.
    /// </summary>
    Once,

    /// <summary>One try, whatever comes back.</summary>
    Never,
}

using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Management.Automation;
using System.Management.Automation.Language;
using Ojin.Http;

namespace Ojin.PowerShell.Completion;

/// <summary>One thing to complete: what is inserted, what the list shows, what the tooltip says.</summary>
internal sealed record Candidate(string Text, string? Shown = null, string? Tooltip = null);

/// <summary>
/// Completes from a service: one read with a short timeout, kept for a short while, and silence where it fails. The
/// prompt never waits longer than the timeout, and no error comes out.
/// </summary>
internal abstract class ServiceCompleter : IArgumentCompleter
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SilentFor = TimeSpan.FromSeconds(5);
    private static readonly ConcurrentDictionary<string, (long At, TimeSpan Lasts, IReadOnlyList<Candidate> Items)> Cache = new(StringComparer.Ordinal);

    /// <summary>What is offered when the service cannot be asked.</summary>
    protected virtual IReadOnlyList<Candidate> Fallback => [];

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        IReadOnlyList<Candidate> candidates;
        try
        {
            candidates = Load(fakeBoundParameters ?? new Hashtable());
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            candidates = Fallback;
        }
        return Matching(candidates, wordToComplete ?? "");
    }

    /// <summary>The session to ask with: the one typed with -Session, the kept one, or the environment's.</summary>
    protected abstract ServiceSession SessionOf(object? given);

    /// <summary>Reads the candidates from the service.</summary>
    protected abstract Task<IReadOnlyList<Candidate>> FetchAsync(HttpTransport transport, ServiceSession session, CancellationToken cancellationToken);

    /// <summary>The first items of a list.</summary>
    protected static async Task<IReadOnlyList<Candidate>> TakeAsync<T>(IAsyncEnumerable<T> items, Func<T, Candidate> make, CancellationToken cancellationToken)
    {
        var taken = new List<Candidate>();
        await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false)) taken.Add(make(item));
        return taken;
    }

    private static IEnumerable<CompletionResult> Matching(IReadOnlyList<Candidate> candidates, string word)
    {
        var quote = word.Length > 0 && word[0] is '\'' or '"' ? word[0] : '\0';
        var typed = word.Trim('\'', '"');
        var pattern = WildcardPattern.Get(WildcardPattern.ContainsWildcardCharacters(typed) ? typed + "*" : WildcardPattern.Escape(typed) + "*", WildcardOptions.IgnoreCase);
        foreach (var candidate in candidates)
        {
            // Text that steers a terminal must not get onto the command line.
            if (candidate.Text.Length == 0 || candidate.Text != TextForDisplay.Escape(candidate.Text)) continue;
            if (!pattern.IsMatch(candidate.Text) && !(candidate.Shown is not null && pattern.IsMatch(candidate.Shown))) continue;
            var shown = TextForDisplay.Escape(candidate.Shown, 60);
            var tooltip = TextForDisplay.Escape(candidate.Tooltip, 200);
            yield return new CompletionResult(
                Quoted(candidate.Text, quote),
                shown.Length > 0 ? shown : candidate.Text,
                CompletionResultType.ParameterValue,
                tooltip.Length > 0 ? tooltip : candidate.Text);
        }
    }

    private static string Quoted(string text, char quote)
    {
        var plain = quote == '\0' && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/' or ':') && char.IsAsciiLetterOrDigit(text[0]);
        return plain ? text : "'" + CodeGeneration.EscapeSingleQuotedStringContent(text) + "'";
    }

    private IReadOnlyList<Candidate> Load(IDictionary bound)
    {
        var session = SessionOf(bound.Contains("Session") ? (bound["Session"] is PSObject wrapped ? wrapped.BaseObject : bound["Session"]) : null);
        var key = $"{GetType().Name}|{session.BaseUri}|{string.Join('|', session.Secrets.Select(secret => secret.GetHashCode(StringComparison.Ordinal)))}";
        if (Cache.TryGetValue(key, out var known) && Stopwatch.GetElapsedTime(known.At) < known.Lasts) return known.Items;

        using var limit = new CancellationTokenSource(Limit);
        // Not disposed: a read that outlives its limit still sets it.
        var done = new ManualResetEventSlim();
        IReadOnlyList<Candidate>? items = null;
        var token = limit.Token;
        _ = Task.Run(ReadAsync, CancellationToken.None);
        done.Wait(Limit + Limit);
        if (Cache.Count > 200) Cache.Clear();
        Cache[key] = (Stopwatch.GetTimestamp(), items is null ? SilentFor : FreshFor, items ?? Fallback);
        return items ?? Fallback;

        // Off this thread and its context, which only looks at the clock.
        async Task ReadAsync()
        {
            try
            {
                var transport = new HttpTransport(null, session.Secrets, new TransportOptions { MaximumAttempts = 1 });
                items = await FetchAsync(transport, session, token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OjinException or OperationCanceledException or ObjectDisposedException)
            {
                // No candidates, then.
            }
            finally
            {
                done.Set();
            }
        }
    }
}

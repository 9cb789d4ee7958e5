using System.Globalization;
using Ojin.Http;

namespace Ojin;

/// <summary>
/// Counts the credits that this process has started to spend, and refuses what would go over the limit. There is no
/// balance to ask for; this is a brake, not an account.
/// </summary>
public sealed class CreditLedger
{
    private readonly object gate = new();
    private int started;

    internal CreditLedger(int? limit)
    {
        Limit = limit;
    }

    /// <summary>How many credits may be spent; null for no limit.</summary>
    public int? Limit { get; }

    /// <summary>How many credits were started, a job that may still fail included.</summary>
    public int Started
    {
        get
        {
            lock (gate) return started;
        }
    }

    /// <summary>Books credits before the request that costs them.</summary>
    /// <exception cref="OjinException">They would go over the limit; nothing is booked.</exception>
    internal void Book(int credits, string what)
    {
        lock (gate)
        {
            Check(credits, what);
            started += credits;
        }
    }

    /// <summary>Refuses what would go over the limit as it stands, before anything is asked or sent for it.</summary>
    /// <exception cref="OjinException">It would.</exception>
    internal void Check(int credits, string what)
    {
        lock (gate)
        {
            if (Limit is { } limit && started + credits > limit)
            {
                throw new OjinException(
                    ErrorCodes.CreditLimit,
                    string.Create(CultureInfo.InvariantCulture, $"{what} costs {credits} credits; {started} of this session's limit of {limit} are used. Nothing was sent."),
                    "Raise the limit with Connect-Ozor -CreditLimit, or leave it out.")
                { Service = OjinService.Ozor };
            }
        }
    }

    /// <summary>Takes a booking back when it is certain that nothing was charged.</summary>
    internal void Release(int credits)
    {
        lock (gate) started -= credits;
    }
}

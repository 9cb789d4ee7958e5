using System.Net;
using System.Security;

namespace Ojin.PowerShell.Pipeline;

/// <summary>SecureStrings and the text in them.</summary>
internal static class Secrets
{
    public static string? Reveal(SecureString? secret) => secret is null ? null : new NetworkCredential("", secret).Password;
}

using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// The sessions that <c>Connect-*</c> kept, for the whole process: runspaces of ForEach-Object -Parallel and thread
/// jobs have them too.
/// </summary>
internal static class SessionStore
{
    private static OjinSession? ojin;
    private static OzorSession? ozor;
    private static AimpSession? aimp;

    public static OjinSession? Ojin { get => Volatile.Read(ref ojin); set => Volatile.Write(ref ojin, value); }

    public static OzorSession? Ozor { get => Volatile.Read(ref ozor); set => Volatile.Write(ref ozor, value); }

    public static AimpSession? Aimp { get => Volatile.Read(ref aimp); set => Volatile.Write(ref aimp, value); }

    /// <summary>The given session, else the kept one, else one from the environment, without a key where there is none.</summary>
    public static OjinSession ResolveOjin(OjinSession? given) => given ?? Ojin ?? new OjinSession(Variable("OJIN_API_KEY"), Variable("OJIN_BASE_URI"), Variable("OJIN_AGENTS_URI"), "environment");

    /// <inheritdoc cref="ResolveOjin"/>
    public static OzorSession ResolveOzor(OzorSession? given) => given ?? Ozor ?? new OzorSession(Variable("OZOR_API_KEY"), Variable("OZOR_FIREBASE_TOKEN"), Variable("OZOR_BASE_URI"), null, "environment");

    /// <inheritdoc cref="ResolveOjin"/>
    public static AimpSession ResolveAimp(AimpSession? given) => given ?? Aimp
        ?? (Variable("AIMP_GATEWAY_URL") is { } gateway
            ? new AimpSession(Variable("AIMP_API_KEY"), gateway, "environment")
            : throw new OjinException(ErrorCodes.NotConnected, "There is no address of an AIMP Gateway.", "Run Connect-Aimp with -GatewayUri and -ApiKey, or set the environment variables AIMP_GATEWAY_URL and AIMP_API_KEY.") { Service = OjinService.Aimp });

    /// <summary>The session that there is for a service, kept or from the environment; null where there is none.</summary>
    public static ServiceSession? Find(string service) => service switch
    {
        _ when string.Equals(service, "Ojin", StringComparison.OrdinalIgnoreCase) => Ojin ?? (Variable("OJIN_API_KEY") is null ? null : ResolveOjin(null)),
        _ when string.Equals(service, "Ozor", StringComparison.OrdinalIgnoreCase) => Ozor ?? (Variable("OZOR_API_KEY") is null && Variable("OZOR_FIREBASE_TOKEN") is null ? null : ResolveOzor(null)),
        _ => Aimp ?? (Variable("AIMP_GATEWAY_URL") is null ? null : ResolveAimp(null)),
    };

    /// <summary>An environment variable; null where it is not set or empty.</summary>
    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { } value && value.Trim().Length > 0 ? value.Trim() : null;
}

using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>Tells why a storage refused a presigned URL.</summary>
internal static class StorageRefusal
{
    /// <summary>Whether the URL had expired, so that a new one helps: S3 says so in the code or in the message.</summary>
    public static bool IsExpired(OjinException error) => error.Service == OjinService.Storage && error.StatusCode is 400 or 401 or 403
        && (Says(error.Code) || (error.StatusCode != 400 && (Says(error.Message) || (error.RawBody is { } body && Says(body)))));

    private static bool Says(string text) => text.Contains("expired", StringComparison.OrdinalIgnoreCase);
}

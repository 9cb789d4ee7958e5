using System.Collections;
using System.Management.Automation;
using Ojin.Http;
using Ojin.Json;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// What people attach to a prompt or a message: the path of a file, an https URL, or an object with the contract's
/// fields, which may have a <c>path</c> in the place of <c>base64</c>.
/// </summary>
internal static class OzorMediaArguments
{
    /// <summary>Reads the attachments; paths are resolved before the first await, on the pipeline thread.</summary>
    /// <exception cref="OjinException">One of them cannot be used.</exception>
    public static async Task<IReadOnlyList<OzorMedia>> ReadAsync(PSCmdlet cmdlet, object[]? images, object[]? videos, CancellationToken cancellationToken)
    {
        var sources = new List<Source>();
        foreach (var image in images ?? []) sources.Add(SourceOf(cmdlet, OzorMediaKind.Image, image));
        foreach (var video in videos ?? []) sources.Add(SourceOf(cmdlet, OzorMediaKind.Video, video));
        var media = new List<OzorMedia>();
        foreach (var source in sources) media.Add(await source.ReadAsync(cancellationToken).ConfigureAwait(false));
        return media;
    }

    private static Source SourceOf(PSCmdlet cmdlet, OzorMediaKind kind, object? value)
    {
        var name = kind == OzorMediaKind.Image ? "-Image" : "-Video";
        var inner = value is PSObject wrapped && wrapped.BaseObject is not PSCustomObject ? wrapped.BaseObject : value;
        switch (inner)
        {
            case string text when text.Contains("://", StringComparison.Ordinal):
                return new Source(kind, new JsonMap { ["url"] = text }, null);
            case string text when text.StartsWith("data:", StringComparison.OrdinalIgnoreCase):
                return new Source(kind, new JsonMap { ["base64"] = text }, null);
            case string text:
                return new Source(kind, null, PathOf(cmdlet, name, text));
            case FileInfo file:
                return new Source(kind, null, file.FullName);
            case Uri address:
                return new Source(kind, new JsonMap { ["url"] = address.OriginalString }, null);
            case IDictionary or PSObject:
                var fields = PlainValues.Map(inner, name);
                if (!fields.TryGetValue("path", out var path) || path is null) return new Source(kind, fields, null);
                fields.Remove("path");
                return new Source(kind, fields, PathOf(cmdlet, name, path as string ?? throw OjinException.Argument($"The path in {name} is no text.", "Give the path of a file. Nothing was sent.")));
            default:
                throw OjinException.Argument($"{name} got {(inner is null ? "null" : "a " + inner.GetType().Name)}.", "Give the path of a file, an https URL, or an object with url or base64. Nothing was sent.");
        }
    }

    private static string PathOf(PSCmdlet cmdlet, string name, string path)
    {
        if (string.IsNullOrWhiteSpace(path)) throw OjinException.Argument($"The path in {name} is empty.", "Give the path of a file. Nothing was sent.");
        try
        {
            var resolved = cmdlet.SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            if (provider.Name == "FileSystem") return resolved;
        }
        catch (Exception exception) when (exception is ItemNotFoundException or System.Management.Automation.DriveNotFoundException or ProviderNotFoundException or PSArgumentException or PSNotSupportedException)
        {
            throw new OjinException(ErrorCodes.FileNotFound, $"{name}: {TextForDisplay.Escape(exception.Message, 300)}", "Give the path of a file. Nothing was sent.", exception);
        }
        throw OjinException.Argument($"'{TextForDisplay.Escape(path, 200)}' in {name} is not in the file system.", "Give the path of a file. Nothing was sent.");
    }

    private sealed record Source(OzorMediaKind Kind, JsonMap? Fields, string? Path)
    {
        public Task<OzorMedia> ReadAsync(CancellationToken cancellationToken) =>
            Path is null ? Task.FromResult(OzorMedia.FromFields(Kind, Fields!)) : OzorMedia.FromFileAsync(Kind, Path, Fields, cancellationToken);
    }
}

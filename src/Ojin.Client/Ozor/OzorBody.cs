using System.Buffers;
using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ojin.Http;

namespace Ojin;

/// <summary>
/// A JSON body with attachments. Files become base64 block by block on their way out, so that memory does not grow
/// with them; the length is known beforehand.
/// </summary>
internal sealed class OzorBody : HttpContent
{
    // A multiple of three, so that no block but the last has padding.
    private const int BlockSize = 3 * 16 * 1024;

    private readonly IReadOnlyList<(byte[] Json, OzorMedia? File)> pieces;
    private readonly StallWatch watch;

    private OzorBody(IReadOnlyList<(byte[] Json, OzorMedia? File)> pieces, StallWatch watch)
    {
        this.pieces = pieces;
        this.watch = watch;
        Headers.ContentType = new MediaTypeHeaderValue("application/json");
    }

    /// <summary>The body of a request: the value's fields, and the attachments as <c>images</c> and <c>videos</c>.</summary>
    public static Func<HttpContent> Of<T>(T value, JsonTypeInfo<T> type, IReadOnlyList<OzorMedia> media, StallWatch watch)
    {
        if (media.Count == 0) return JsonBody.Of(value, type);
        var pieces = new List<(byte[] Json, OzorMedia? File)>();
        var text = new StringBuilder(JsonSerializer.Serialize(value, type));
        text.Length--;
        AddList(OzorMediaKind.Image, "images");
        AddList(OzorMediaKind.Video, "videos");
        text.Append('}');
        Flush(null);
        if (pieces.Count == 1) return JsonBody.Of(Encoding.UTF8.GetString(pieces[0].Json));
        return () => new OzorBody(pieces, watch);

        void AddList(OzorMediaKind kind, string name)
        {
            var separator = $",\"{name}\":[";
            foreach (var item in media)
            {
                if (item.Kind != kind) continue;
                text.Append(separator);
                separator = ",";
                var json = JsonSerializer.Serialize(new OzorMediaItem(item.Url, item.MimeType, item.DurationSec, item.ThumbnailUrl, item.Base64), OzorVideosJson.Default.OzorMediaItem);
                if (item.FilePath is null)
                {
                    text.Append(json);
                    continue;
                }
                // The type is always there, so another field follows.
                text.Append(json, 0, json.Length - 1).Append(",\"base64\":\"");
                Flush(item);
                text.Append("\"}");
            }
            if (separator == ",") text.Append(']');
        }

        void Flush(OzorMedia? file)
        {
            pieces.Add((Encoding.UTF8.GetBytes(text.ToString()), file));
            text.Clear();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = pieces.Sum(piece => piece.Json.Length + (piece.File is null ? 0 : (piece.File.SizeBytes + 2) / 3 * 4));
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var (json, file) in pieces)
        {
            await stream.WriteAsync(json, cancellationToken).ConfigureAwait(false);
            watch.Touch();
            if (file is not null) await WriteAsync(stream, file, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(Stream stream, OzorMedia media, CancellationToken cancellationToken)
    {
        var block = ArrayPool<byte>.Shared.Rent(BlockSize);
        var letters = ArrayPool<byte>.Shared.Rent(BlockSize / 3 * 4);
        try
        {
            var file = Open(media);
            await using (file.ConfigureAwait(false))
            {
                for (var left = media.SizeBytes; left > 0;)
                {
                    var wanted = (int)Math.Min(BlockSize, left);
                    var read = await ReadAsync(file, media, block.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                    if (read < wanted) throw Changed(media);
                    Base64.EncodeToUtf8(block.AsSpan(0, read), letters, out _, out var written);
                    await stream.WriteAsync(letters.AsMemory(0, written), cancellationToken).ConfigureAwait(false);
                    watch.Touch();
                    left -= read;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
            ArrayPool<byte>.Shared.Return(letters);
        }
    }

    private static FileStream Open(OzorMedia media)
    {
        try
        {
            var file = new FileStream(media.FilePath!, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
            if (file.Length == media.SizeBytes && File.GetLastWriteTimeUtc(media.FilePath!) == media.ChangedAt) return file;
            file.Dispose();
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw Unreadable(media, exception);
        }
        throw Changed(media);
    }

    private static async ValueTask<int> ReadAsync(FileStream file, OzorMedia media, Memory<byte> block, CancellationToken cancellationToken)
    {
        try
        {
            return await file.ReadAtLeastAsync(block, block.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw Unreadable(media, exception);
        }
    }

    // The request ends before its body does, so the service has nothing whole to act on.
    private static OjinException Unreadable(OzorMedia media, Exception exception) =>
        new(ErrorCodes.FileUnusable, $"{TextForDisplay.Escape(media.FilePath, 300)} cannot be read: {exception.Message}", "Check the file, and run the command again. No whole request was sent, and nothing was charged.", exception) { Service = OjinService.Ozor };

    private static OjinException Changed(OzorMedia media) =>
        new(ErrorCodes.FileChanged, $"{TextForDisplay.Escape(media.FilePath, 300)} changed while it was being sent.", "Run the command again when nothing writes to the file any more. No whole request was sent, and nothing was charged.") { Service = OjinService.Ozor };
}

/// <summary>ChatImage and ChatVideo of the contract.</summary>
internal sealed record OzorMediaItem(string? Url, string? MimeType, double? DurationSec, string? ThumbnailUrl, string? Base64);

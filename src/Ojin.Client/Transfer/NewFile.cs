using System.Buffers;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>Writes an answer to a file that is not there yet, under another name until it is whole.</summary>
public static class NewFile
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Writes the answer's body; what was begun is taken away when it does not get whole.</summary>
    /// <exception cref="OjinException">The answer broke or stood still, or the file could not be written.</exception>
    public static async Task WriteAsync(string path, OpenAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var partial = path + ".ojin-partial";
        try
        {
            var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 0, FileOptions.Asynchronous);
            try
            {
                await using (file.ConfigureAwait(false)) await CopyAsync(answer, file, cancellationToken).ConfigureAwait(false);
                File.Move(partial, path, overwrite: false);
            }
            finally
            {
                File.Delete(partial);
            }
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new OjinException(ErrorCodes.FileUnusable, $"{LocalFile.Shown(path)} could not be written: {TextForDisplay.Escape(exception.Message)}", "Check that the folder is there, that you may write to it, and that the disk has room.", exception);
        }
    }

    private static async Task CopyAsync(OpenAnswer answer, FileStream file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var count = await ReadAsync(answer, buffer, cancellationToken).ConfigureAwait(false);
                if (count == 0) return;
                await file.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<int> ReadAsync(OpenAnswer answer, byte[] buffer, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TransportOptions.Default.StallTimeout);
        try
        {
            return await answer.Stream.ReadAsync(buffer, limit.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new OjinException(ErrorCodes.ConnectionLost, "The answer broke off before it was whole; nothing was kept.", "Run the command again.", exception);
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>
/// The bytes of a download before they are the file: a file beside the target that one process has for itself, and a
/// second one that says what of it is there.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    private const int LongestNameInBytes = 255;
    private const string Suffix = ".ojin-partial";
    private const string StateSuffix = ".state";
    private const string BesideSuffix = ".tmp";

    private readonly string target;
    private readonly string path;
    private readonly SafeFileHandle handle;
    private readonly object gate = new();
    private readonly SavedState saved;
    private DownloadRecord? record;
    private bool moved;

    private PartialFile(string target, string path, SafeFileHandle handle)
    {
        this.target = target;
        this.path = path;
        this.handle = handle;
        // Without it the download cannot be resumed, and nothing else is lost.
        saved = new SavedState(StatePath, Serialize, static _ => { });
    }

    public SafeFileHandle Handle => handle;

    private string StatePath => path + StateSuffix;

    /// <summary>Opens what an earlier run left, or begins.</summary>
    /// <exception cref="OjinException">The target cannot be written, or another download writes to it.</exception>
    public static PartialFile Open(string target, bool overwrite)
    {
        Check(target, overwrite);
        var folder = Path.GetDirectoryName(target)!;
        var name = Path.GetFileName(target);
        if (Encoding.UTF8.GetByteCount(name) > LongestNameInBytes - Suffix.Length - StateSuffix.Length - BesideSuffix.Length)
        {
            name = ".ojin-" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)), 0, 16).ToLowerInvariant();
        }
        var path = Path.Combine(folder, name + Suffix);
        try
        {
            // Windows lets a file be renamed while it is open only when its opener shares that.
            var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, FileOptions.Asynchronous);
            return new PartialFile(target, path, handle);
        }
        catch (IOException exception) when (LocalFile.IsInUse(exception) && File.Exists(path))
        {
            throw new OjinException(ErrorCodes.FileUnusable, $"{LocalFile.Shown(target)} is being downloaded by somebody else at this moment.", "Wait until that has ended, or give another -Path.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unwritable(target, exception);
        }
    }

    /// <summary>What an earlier run left of this very object; null where it left nothing that is of use.</summary>
    public DownloadRecord? Load()
    {
        try
        {
            if (JsonSerializer.Deserialize(File.ReadAllBytes(StatePath), TransferJson.Default.DownloadRecord) is { IsUsable: true, Parts.Count: > 0 } found) return found;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // There is none, or it is damaged: the download starts over.
        }
        return null;
    }

    /// <summary>From now on the parts of this object are kept track of; null for an object of which no part can be recognized later.</summary>
    public void Track(DownloadRecord? tracked)
    {
        lock (gate) record = tracked;
        if (tracked is null) RemoveState();
    }

    public void SetPart(int index, byte[] md5)
    {
        lock (gate)
        {
            if (record is null) return;
            record.Parts[index] = ETags.Hex(md5);
        }
        saved.Change();
    }

    /// <summary>Takes back a part that turned out to be damaged.</summary>
    public void ForgetPart(int index)
    {
        lock (gate) record?.Parts.Remove(index);
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(handle, bytes, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unwritable(target, exception);
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        try
        {
            return await RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unreadable(target, exception);
        }
    }

    /// <summary>Gives the file its length; refuses at once what the disk has no room for.</summary>
    public void SetLength(long length)
    {
        try
        {
            var more = length - RandomAccess.GetLength(handle);
            if (more > 0 && Free() is { } free && free < more)
            {
                throw new OjinException(ErrorCodes.FileUnusable, $"{LocalFile.Shown(target)} has {LocalFile.Shown(length)}, and the disk has room for {LocalFile.Shown(free)}: the disk is full.", "Make room, then run the command again.");
            }
            if (more < 0) RandomAccess.SetLength(handle, length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unwritable(target, exception);
        }
    }

    /// <summary>Puts the whole and checked file in its place.</summary>
    public async Task CompleteAsync(bool overwrite)
    {
        await saved.FlushAsync().ConfigureAwait(false);
        try
        {
            RandomAccess.FlushToDisk(handle);
            RemoveState();
            // Somebody may have put a file there meanwhile.
            File.Move(path, target, overwrite);
            moved = true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The bytes are whole: they wait until the target can be had.
            if (record is not null) saved.Change();
            Check(target, overwrite);
            throw LocalFile.Unwritable(target, exception);
        }
    }

    /// <summary>Keeps what is there for a later run; takes all of it away where that is nothing.</summary>
    public async Task SuspendAsync()
    {
        if (moved) return;
        await saved.FlushAsync().ConfigureAwait(false);
        bool keep;
        lock (gate) keep = record is { Parts.Count: > 0 } && File.Exists(StatePath);
        if (!keep) Discard();
    }

    /// <summary>Takes everything away.</summary>
    public void Discard()
    {
        if (moved) return;
        moved = true;
        RemoveState();
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The folder lets nobody delete any more; there is nobody left to tell.
        }
    }

    public void Dispose() => handle.Dispose();

    private static void Check(string target, bool overwrite)
    {
        if (Directory.Exists(target)) throw new OjinException(ErrorCodes.FileUnusable, $"{LocalFile.Shown(target)} is a folder.", "Give -Path the name of a file, or a folder with a slash at its end.");
        if (File.Exists(target) && !overwrite) throw Exists(target);
        if (!Directory.Exists(Path.GetDirectoryName(target))) throw new OjinException(ErrorCodes.FileUnusable, $"The folder {LocalFile.Shown(Path.GetDirectoryName(target)!)} is not there.", "Make it first, or give -Path a folder with a slash at its end, which is made.");
        if (overwrite && File.Exists(target)) CheckReplaceable(target);
    }

    // What cannot be replaced at the end is better told before the bytes have come.
    private static void CheckReplaceable(string target)
    {
        try
        {
            if ((File.GetAttributes(target) & FileAttributes.ReadOnly) != 0) throw new UnauthorizedAccessException("The file is read-only.");
            using (File.OpenHandle(target, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
            {
                // It can be opened, and that is all.
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unwritable(target, exception);
        }
    }

    private static OjinException Exists(string target) =>
        new(ErrorCodes.FileUnusable, $"{LocalFile.Shown(target)} is there already.", "Give -Force to replace it, or another -Path.");

    private long? Free()
    {
        try
        {
            var folder = Path.GetDirectoryName(target)!;
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : folder).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A share has no drive; writing will tell.
            return null;
        }
    }

    private void RemoveState()
    {
        try
        {
            SavedState.Remove(StatePath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It says nothing of another object, and the MD5s in it are checked before they are believed.
        }
    }

    private byte[] Serialize()
    {
        lock (gate) return JsonSerializer.SerializeToUtf8Bytes(record!, TransferJson.Default.DownloadRecord);
    }
}

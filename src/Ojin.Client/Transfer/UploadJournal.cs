using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>
/// The uploads that have not ended, one file each in a folder of the user's own. Who writes to an entry holds its lock,
/// which the system takes back when the process dies.
/// </summary>
public sealed class UploadJournal : IDisposable
{
    private const int MaximumTries = 5;

    private static readonly TimeSpan TidyingTime = TimeSpan.FromMilliseconds(20);

    private readonly string file;
    private readonly string lockPath;
    private readonly FileStream held;
    private readonly Action<Exception> failed;
    private readonly object gate = new();
    private readonly SavedState saved;

    private UploadJournal(string file, string lockPath, FileStream held, Action<Exception> failed)
    {
        this.file = file;
        this.lockPath = lockPath;
        this.held = held;
        this.failed = failed;
        saved = new SavedState(file, Serialize, failed);
    }

    /// <summary>What is known of the upload; null where none has begun.</summary>
    internal UploadRecord? Record { get; private set; }

    /// <summary>The entries of a journal, oldest first. What cannot be read is set aside with a warning.</summary>
    /// <param name="folder">The journal's folder; it need not be there.</param>
    /// <param name="warn">Gets the warnings.</param>
    public static IReadOnlyList<UploadJournalEntry> List(string folder, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(warn);
        if (!Directory.Exists(folder)) return [];
        try
        {
            return
            [
                .. Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal)
                    .Select(path => (Path: path, Record: Read(path, warn)))
                    .Where(entry => entry.Record is not null)
                    .OrderBy(entry => entry.Record!.StartedAt)
                    .Select(entry => new UploadJournalEntry(entry.Path, entry.Record!)),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new OjinException(ErrorCodes.FileUnusable, $"The journal in {LocalFile.Shown(folder)} cannot be read: {TextForDisplay.Escape(exception.Message)}", "Check the permissions of the folder.", exception);
        }
    }

    /// <summary>Ends the hold on the entry; the entry stays unless it was removed.</summary>
    public void Dispose()
    {
        try
        {
            // Removed while it is held: whoever opens it from now on makes a new one.
            File.Delete(lockPath);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // On Windows the file goes with its handle.
        }
        held.Dispose();
    }

    /// <summary>
    /// Opens the entry of a file and reads what is in it. Null when the entry is another process's for now, or when no
    /// journal can be kept; the upload goes on without one.
    /// </summary>
    /// <param name="folder">The journal's folder, which is made.</param>
    /// <param name="service">The address of the service.</param>
    /// <param name="path">The file that is sent.</param>
    /// <param name="warn">Gets what is to be said of this file.</param>
    /// <param name="failed">Is told, each time, that the journal cannot be written: one full disk concerns all files.</param>
    /// <param name="cancellationToken">Ends the wait for a process that tidies up.</param>
    internal static async Task<UploadJournal?> TryOpenAsync(string folder, string service, string path, Action<string> warn, Action<Exception> failed, CancellationToken cancellationToken)
    {
        try
        {
            CreateFolder(folder);
            var file = FileOf(folder, service, path);
            FileStream? held;
            string lockPath;
            // Who takes away what a killed process left has the lock for a moment, who sends the file for longer.
            for (var tries = 1; (held = TryLock(file, out lockPath)) is null && tries < MaximumTries; tries++) await Task.Delay(TidyingTime, cancellationToken).ConfigureAwait(false);
            if (held is null)
            {
                warn($"{LocalFile.Shown(path)} is being sent by somebody else at this moment; this upload is one of its own, and cannot be resumed.");
                return null;
            }
            var journal = new UploadJournal(file, lockPath, held, failed);
            try
            {
                journal.Record = Read(file, warn);
                return journal;
            }
            catch
            {
                journal.Dispose();
                throw;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failed(exception);
            return null;
        }
    }

    /// <summary>Takes away the locks of processes that were killed at the end of an upload, and what they left of its entry.</summary>
    internal static void Tidy(string folder)
    {
        try
        {
            foreach (var left in Directory.EnumerateFiles(folder, "*.lock"))
            {
                var file = Path.ChangeExtension(left, ".json");
                if (!File.Exists(file)) TryRemove(file, onlyWhatIsLeft: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It does no harm, and the next run tries again.
        }
    }

    /// <summary>An upload begins; what was there before is forgotten.</summary>
    internal Task BeginAsync(UploadRecord record)
    {
        lock (gate) Record = record;
        saved.Change();
        return saved.FlushAsync();
    }

    /// <summary>A part is there.</summary>
    internal void SetPart(int number, string etag)
    {
        lock (gate)
        {
            Record!.Parts[number] = etag;
            Record.UpdatedAt = DateTimeOffset.UtcNow;
        }
        saved.Change();
    }

    /// <summary>The service is about to be asked to join the parts.</summary>
    internal Task FinalizingAsync()
    {
        lock (gate) Record!.Finalizing = true;
        saved.Change();
        return saved.FlushAsync();
    }

    /// <summary>Waits until the entry is on the disk.</summary>
    internal Task FlushAsync() => saved.FlushAsync();

    /// <summary>The upload has ended, or is of no use.</summary>
    internal async Task ForgetAsync()
    {
        await saved.FlushAsync().ConfigureAwait(false);
        lock (gate) Record = null;
        try
        {
            SavedState.Remove(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            failed(exception);
        }
    }

    /// <summary>Removes an entry with its lock; false where somebody has it.</summary>
    /// <param name="file">The entry.</param>
    /// <param name="onlyWhatIsLeft">Leaves it where there is an entry by the time that nobody has it.</param>
    internal static bool TryRemove(string file, bool onlyWhatIsLeft = false)
    {
        if (TryLock(file, out var lockPath) is not { } held) return false;
        using (held)
        {
            if (!onlyWhatIsLeft || !File.Exists(file)) SavedState.Remove(file);
            File.Delete(lockPath);
            return true;
        }
    }

    internal static bool IsHeld(string file)
    {
        var lockPath = LockPathOf(file);
        if (!File.Exists(lockPath)) return false;
        try
        {
            using (new FileStream(lockPath, FileMode.Open, FileAccess.Read, FileShare.None)) return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    // Another service or another file has another entry; the name tells neither.
    private static string FileOf(string folder, string service, string path)
    {
        var known = OperatingSystem.IsWindows() ? path.ToUpperInvariant() : path;
        var digest = SHA256.HashData(Encoding.UTF8.GetBytes($"{service}\n{known}"));
        return Path.Combine(folder, Convert.ToHexString(digest, 0, 16).ToLowerInvariant() + ".json");
    }

    private static string LockPathOf(string file) => Path.ChangeExtension(file, ".lock");

    private static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static FileStream? TryLock(string file, out string lockPath)
    {
        lockPath = LockPathOf(file);
        var how = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        while (true)
        {
            FileStream held;
            try
            {
                held = new FileStream(lockPath, how);
            }
            catch (IOException exception) when (LocalFile.IsInUse(exception))
            {
                return null;
            }
            // The one that held it before may have removed it between our opening and our locking.
            if (File.Exists(lockPath)) return held;
            held.Dispose();
        }
    }

    private static UploadRecord? Read(string file, Action<string> warn)
    {
        byte[] text;
        try
        {
            text = File.ReadAllBytes(file);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        try
        {
            if (JsonSerializer.Deserialize(text, TransferJson.Default.UploadRecord) is { IsUsable: true } record) return record;
        }
        catch (JsonException)
        {
        }
        var aside = Path.ChangeExtension(file, string.Create(CultureInfo.InvariantCulture, $".corrupt-{DateTime.UtcNow:yyyyMMddHHmmss}"));
        File.Move(file, aside, overwrite: true);
        warn($"An entry of the upload journal could not be read and was set aside as {LocalFile.Shown(aside)}; the upload that it was about starts over.");
        return null;
    }

    private byte[] Serialize()
    {
        lock (gate) return JsonSerializer.SerializeToUtf8Bytes(Record!, TransferJson.Default.UploadRecord);
    }
}

/// <summary>One upload that has not ended.</summary>
public sealed class UploadJournalEntry
{
    internal UploadJournalEntry(string file, UploadRecord record)
    {
        File = file;
        Record = record;
    }

    /// <summary>The file in the journal.</summary>
    public string File { get; }

    /// <summary>What is known of the upload.</summary>
    public UploadRecord Record { get; }

    /// <summary>Whether it is being sent at this moment.</summary>
    public bool IsActive => UploadJournal.IsHeld(File);

    /// <summary>Forgets the upload. What the service has of it stays there: no operation ends an upload.</summary>
    /// <exception cref="OjinException">It is being sent at this moment, or the file cannot be removed.</exception>
    public void Remove()
    {
        try
        {
            if (UploadJournal.TryRemove(File)) return;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw LocalFile.Unwritable(File, exception);
        }
        throw new OjinException(ErrorCodes.FileUnusable, $"{LocalFile.Shown(Record.Path)} is being sent at this moment.", "Wait until that has ended, or stop it first.");
    }
}

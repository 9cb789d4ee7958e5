using System.Diagnostics;

namespace Ojin.Transfer;

/// <summary>
/// Keeps a small file as new as what it is about, off the way of those that change it: written whole beside its place and
/// renamed, on the disk before it counts, one write for whatever changed meanwhile.
/// </summary>
internal sealed class SavedState
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly string path;
    private readonly Func<byte[]> content;
    private readonly Action<Exception> failed;
    private readonly object gate = new();
    private TaskCompletionSource hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task writing = Task.CompletedTask;
    private bool active;
    private bool changed;

    /// <param name="path">The file.</param>
    /// <param name="content">Gives the content of the moment.</param>
    /// <param name="failed">Is told when it cannot be written; the work goes on without.</param>
    public SavedState(string path, Func<byte[]> content, Action<Exception> failed)
    {
        this.path = path;
        this.content = content;
        this.failed = failed;
    }

    /// <summary>There is something to write.</summary>
    public void Change()
    {
        lock (gate)
        {
            changed = true;
            if (active) return;
            active = true;
            writing = Task.Run(WriteAsync);
        }
    }

    /// <summary>Waits until all that changed is on the disk.</summary>
    public async Task FlushAsync()
    {
        Task current;
        lock (gate)
        {
            hurry.TrySetResult();
            current = writing;
        }
        await current.ConfigureAwait(false);
        lock (gate) hurry = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>Writes a file of the user's own, whole or not at all.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var beside = BesidePath(path);
        var how = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new FileStream(beside, how))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch (IOException)
        {
            // A disk that is full holds an empty file still.
            File.Delete(beside);
            throw;
        }
    }

    /// <summary>Removes the file and what an interrupted write left beside it.</summary>
    public static void Remove(string path)
    {
        File.Delete(path);
        File.Delete(BesidePath(path));
    }

    private static string BesidePath(string path) => path + ".tmp";

    private async Task WriteAsync()
    {
        while (true)
        {
            Task hurried;
            lock (gate)
            {
                if (!changed)
                {
                    active = false;
                    return;
                }
                changed = false;
                hurried = hurry.Task;
            }
            var started = Stopwatch.GetTimestamp();
            try
            {
                Write(path, content());
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                failed(exception);
            }
            // On a slow disk at most a tenth of the time is spent here.
            var pause = Stopwatch.GetElapsedTime(started) * 9;
            if (!hurried.IsCompleted) await Task.WhenAny(hurried, Task.Delay(pause < LongestPause ? pause : LongestPause, CancellationToken.None)).ConfigureAwait(false);
        }
    }
}

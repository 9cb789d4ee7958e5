using System.Management.Automation;
using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// The base of every cmdlet: runs asynchronous work and brings what it emits onto the pipeline thread. Output comes as
/// it is there and waits for a slow pipeline; Ctrl+C cancels the work and awaits its end.
/// </summary>
public abstract class AsyncCommand : PSCmdlet, IRequestObserver, IDisposable
{
    private const int MostTogether = 100;

    private readonly CancellationTokenSource stop = new();
    private readonly List<Task> background = [];
    private readonly PipelinePump pump;
    private bool verbose;
    private bool debug;
    private bool errorsStop;
    private bool disposed;

    private protected AsyncCommand() => pump = new PipelinePump(stop);

    /// <inheritdoc/>
    bool IRequestObserver.WantsRequests => verbose;

    /// <inheritdoc/>
    bool IRequestObserver.WantsBodies => debug;

    /// <summary>Whether nothing but words is wanted: -WhatIf, or $WhatIfPreference.</summary>
    private protected bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var given) ? given is SwitchParameter { IsPresent: true } : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    /// <summary>Whether progress is shown; where it is not, none needs to be computed.</summary>
    protected bool ShowsProgress { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    void IRequestObserver.OnRequest(string line)
    {
        if (verbose) pump.Post(() => WriteVerbose(line));
    }

    /// <inheritdoc/>
    void IRequestObserver.OnBody(string text)
    {
        if (debug) pump.Post(() => WriteDebug(text));
    }

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        verbose = IsOn("Verbose", "VerbosePreference");
        debug = IsOn("Debug", "DebugPreference");
        ShowsProgress = !IsOff("ProgressAction", "ProgressPreference");
        errorsStop = Preference("ErrorAction", "ErrorActionPreference") is ActionPreference.Stop;
        Run(BeginAsync);
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Run(ProcessRecordAsync);

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        Run(EndAsync);
        if (background.Count > 0) pump.RunUntil(Task.WhenAll(background));
        Finish();
    }

    /// <inheritdoc/>
    protected sealed override void StopProcessing()
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The pipeline had ended already.
        }
    }

    /// <summary>Work before the first item. What comes before its first await runs on the pipeline thread.</summary>
    private protected virtual Task BeginAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>
    /// Work for each item. What comes before its first await runs on the pipeline thread: paths are resolved and
    /// ShouldProcess is asked there.
    /// </summary>
    private protected virtual Task ProcessRecordAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Work after the last item. What comes before its first await runs on the pipeline thread.</summary>
    private protected virtual Task EndAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs on the pipeline thread when all work, that in the background too, has ended, and before an error that ends the pipeline.</summary>
    private protected virtual void Finish()
    {
    }

    /// <summary>
    /// Lets work go on beside the items that follow; it is awaited before the cmdlet ends. Its errors become error
    /// records of the given target. The caller bounds how many there are.
    /// </summary>
    private protected void StartInBackground(object? target, Func<CancellationToken, Task> work) => background.Add(Guarded(target, work));

    /// <summary>The same from anywhere.</summary>
    private protected Task StartInBackgroundAsync(object? target, Func<CancellationToken, Task> work, CancellationToken cancellationToken) =>
        OnPipelineThreadAsync(
            () =>
            {
                StartInBackground(target, work);
                return true;
            },
            cancellationToken);

    /// <summary>Emits an object, with the fields that its contract does not name as further properties.</summary>
    private protected Task EmitAsync(object? value, CancellationToken cancellationToken)
    {
        if (value is FileInfo file) return pump.PostAsync(() => WriteObject(AsItem(file), enumerateCollection: false), null, cancellationToken);
        var shown = Shown.Of(value);
        return pump.PostAsync(() => WriteObject(shown, enumerateCollection: false), null, cancellationToken);
    }

    /// <summary>Emits the items of a stream as they come: those that are there at once, such as a page, go together.</summary>
    private protected async Task EmitAllAsync<T>(IAsyncEnumerable<T> items, CancellationToken cancellationToken)
    {
        var together = new List<object?>(MostTogether);
        var written = Task.CompletedTask;
        var reading = items.GetAsyncEnumerator(cancellationToken);
        await using (reading.ConfigureAwait(false))
        {
            try
            {
                while (true)
                {
                    var next = reading.MoveNextAsync();
                    if (!next.IsCompleted || together.Count == MostTogether) await FlushAsync().ConfigureAwait(false);
                    if (!await next.ConfigureAwait(false)) break;
                    together.Add(Shown.Of(reading.Current));
                }
            }
            finally
            {
                // What came before a failure comes out before it is told.
                await FlushAsync().ConfigureAwait(false);
            }
        }

        // One lot is on its way while the next one fills, and no more, however slow the pipeline is.
        async Task FlushAsync()
        {
            if (together.Count == 0) return;
            await written.ConfigureAwait(false);
            var lot = together;
            together = new List<object?>(MostTogether);
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            written = done.Task;
            await pump.PostAsync(
                () =>
                {
                    try
                    {
                        foreach (var item in lot) WriteObject(item, enumerateCollection: false);
                    }
                    finally
                    {
                        done.SetResult();
                    }
                },
                done.SetResult,
                cancellationToken).ConfigureAwait(false);
        }
    }

    // A file as Get-Item returns it: only the provider knows what the views of files show.
    private object AsItem(FileInfo file)
    {
        try
        {
            return InvokeProvider.Item.Get(["Microsoft.PowerShell.Core\\FileSystem::" + file.FullName], force: true, literalPath: true)[0];
        }
        catch (Exception exception) when (exception is ItemNotFoundException or ProviderNotFoundException or ProviderInvocationException or IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return file;
        }
    }

    /// <summary>Writes a non-terminating error for one item.</summary>
    private protected Task EmitErrorAsync(Exception exception, object? target, CancellationToken cancellationToken)
    {
        var record = ErrorRecords.From(exception, target);
        return pump.PostAsync(() => WriteRecord(record), null, cancellationToken);
    }

    /// <summary>Writes a warning from anywhere.</summary>
    private protected void Warn(string text) => pump.Post(() => WriteWarning(TextForDisplay.Escape(text)));

    /// <summary>Writes a verbose line from anywhere.</summary>
    private protected void Tell(string text) => ((IRequestObserver)this).OnRequest(TextForDisplay.Escape(text));

    /// <summary>Shows progress from anywhere; nothing happens where none is shown.</summary>
    private protected void Show(ProgressRecord record)
    {
        if (ShowsProgress) pump.Post(() => WriteProgress(record));
    }

    /// <summary>Shows several records of progress from anywhere, as they are when the pipeline comes to it.</summary>
    private protected void Show(Func<IEnumerable<ProgressRecord>> records)
    {
        if (!ShowsProgress) return;
        pump.Post(() =>
        {
            foreach (var record in records()) WriteProgress(record);
        });
    }

    /// <summary>Asks ShouldProcess from anywhere.</summary>
    private protected async Task<bool> ShouldProcessAsync(string target, string action, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        await pump.PostAsync(
            () =>
            {
                try
                {
                    answer.SetResult(ShouldProcess(target, action));
                }
                catch (Exception)
                {
                    answer.SetCanceled(CancellationToken.None);
                    throw;
                }
            },
            () => answer.SetCanceled(CancellationToken.None),
            cancellationToken).ConfigureAwait(false);
        return await answer.Task.ConfigureAwait(false);
    }

    /// <summary>Runs something on the pipeline thread, such as resolving a path, and gives its result.</summary>
    private protected async Task<T> OnPipelineThreadAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        await pump.PostAsync(
            () =>
            {
                try
                {
                    answer.SetResult(work());
                }
                catch (PipelineStoppedException)
                {
                    answer.SetCanceled(CancellationToken.None);
                    throw;
                }
                catch (Exception exception)
                {
                    answer.SetException(exception);
                }
            },
            () => answer.SetCanceled(CancellationToken.None),
            cancellationToken).ConfigureAwait(false);
        return await answer.Task.ConfigureAwait(false);
    }

    /// <summary>What the item in the pipeline is, as the target of its errors, where a cmdlet knows better than its parameters tell.</summary>
    private protected virtual object? CurrentTarget => null;

    /// <summary>Ends background work that the pipeline no longer waits for, and frees what it used.</summary>
    private protected virtual void Dispose(bool disposing)
    {
        if (disposed || !disposing) return;
        disposed = true;
        stop.Cancel();
        if (background.Count > 0) pump.Abandon(Task.WhenAll(background));
        pump.Dispose();
        stop.Dispose();
    }

    private void Run(Func<CancellationToken, Task> work)
    {
        var task = Guarded(null, work);
        if (!task.IsCompleted) pump.RunUntil(task);
        else pump.RunAvailable();
        background.RemoveAll(static done => done.IsCompleted);
    }

    private void WriteRecord(ErrorRecord record)
    {
        // It ends the pipeline, and nothing can be written after it: a script that catches it must not go on below our bars.
        if (errorsStop) Finish();
        WriteError(record);
    }

    private async Task Guarded(object? target, Func<CancellationToken, Task> work)
    {
        try
        {
            await work(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            pump.Post(static () => throw new PipelineStoppedException());
        }
        catch (Exception exception)
        {
            var record = ErrorRecords.From(exception, target ?? CurrentTarget);
            pump.Post(() => WriteRecord(record));
        }
    }

    private bool IsOn(string parameter, string preference) =>
        MyInvocation.BoundParameters.TryGetValue(parameter, out var given)
            ? given is SwitchParameter { IsPresent: true }
            : Preference(parameter, preference) is ActionPreference and not (ActionPreference.SilentlyContinue or ActionPreference.Ignore);

    private bool IsOff(string parameter, string preference) => Preference(parameter, preference) is ActionPreference.SilentlyContinue or ActionPreference.Ignore;

    private ActionPreference? Preference(string parameter, string preference) =>
        (MyInvocation.BoundParameters.TryGetValue(parameter, out var given) ? given : GetVariableValue(preference)) switch
        {
            ActionPreference value => value,
            string text when Enum.TryParse<ActionPreference>(text, ignoreCase: true, out var named) => named,
            _ => null,
        };
}

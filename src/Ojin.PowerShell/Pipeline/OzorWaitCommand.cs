using System.Globalization;
using System.Management.Automation;
using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>The base of the cmdlets that wait: one wait for each object, side by side, each with its progress bar.</summary>
public abstract class OzorWaitCommand : OzorCommand
{
    private OzorWait? waits;
    private int lastActivity;

    private protected OzorWaitCommand()
    {
    }

    /// <summary>How long to wait for each object, in seconds; 1800, half an hour, unless given.</summary>
    [Parameter]
    [ValidateRange(0.001, 4_000_000.0)]
    public double TimeoutSec { get; set; } = 1800;

    /// <summary>The pause between two looks at an object, in seconds; without it 2 to 3 in the first minute and 5 to 10 after that, as the service asks.</summary>
    [Parameter]
    [ValidateRange(0.1, 3600.0)]
    public double PollIntervalSec { get; set; }

    /// <summary>Starts a wait beside the others and emits its result when it is there.</summary>
    /// <param name="target">The target of its errors, where no state was seen.</param>
    /// <param name="activity">What the progress bar says.</param>
    /// <param name="wait">Waits.</param>
    private protected void StartWait(object? target, string activity, Func<OzorWait, IProgress<OzorWaitProgress>, CancellationToken, Task<object>> wait)
    {
        waits ??= new OzorWait(
            new OzorClient(CreateTransport(), CurrentSession),
            new OzorWaitOptions
            {
                Timeout = TimeSpan.FromSeconds(TimeoutSec),
                PollInterval = PollIntervalSec > 0 ? TimeSpan.FromSeconds(PollIntervalSec) : null,
                OnWarning = Warn,
            });
        var shared = waits;
        var bar = new Bar(this, ++lastActivity, TextForDisplay.Escape(activity, 100));
        StartInBackground(
            target,
            async token =>
            {
                object result;
                try
                {
                    result = await wait(shared, bar, token).ConfigureAwait(false);
                }
                finally
                {
                    bar.End();
                }
                await EmitAsync(result, token).ConfigureAwait(false);
            });
    }

    /// <inheritdoc/>
    private protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) waits?.Dispose();
    }

    private sealed class Bar(OzorWaitCommand owner, int id, string activity) : IProgress<OzorWaitProgress>
    {
        private bool shown;

        public void Report(OzorWaitProgress value)
        {
            if (!owner.ShowsProgress) return;
            shown = true;
            owner.Show(new ProgressRecord(id, activity, string.Create(CultureInfo.InvariantCulture, $"{TextForDisplay.Escape(value.Status, 60)}, {value.Elapsed.TotalSeconds:0} s")));
        }

        public void End()
        {
            if (shown) owner.Show(new ProgressRecord(id, activity, "done") { RecordType = ProgressRecordType.Completed });
        }
    }
}

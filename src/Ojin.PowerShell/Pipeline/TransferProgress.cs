using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using Ojin.Http;
using Ojin.Transfer;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// The progress of all transfers of one call: a bar with bytes, rate and time left, and below it one for each file in
/// flight. Files that are done at once get none of their own.
/// </summary>
internal sealed class TransferProgress : ITransferProgress, IDisposable
{
    private const int MostChildren = TransferSlots.MaximumLimit;

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ChildAfter = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan RateOver = TimeSpan.FromSeconds(5);
    private static int lastId = 1000;

    private readonly string activity;
    private readonly Action<Func<IEnumerable<ProgressRecord>>> show;
    private readonly object gate = new();
    private readonly List<Item> items = [];
    private readonly Queue<(long Time, long Bytes)> samples = new();
    private readonly int id = Interlocked.Add(ref lastId, 100);
    private Timer? timer;
    private long doneBytes;
    private long moved;
    private int doneFiles;
    private int posted;
    private bool shown;
    private bool ended;

    /// <param name="activity">What is done, such as "Sending files".</param>
    /// <param name="show">Brings records onto the pipeline thread.</param>
    public TransferProgress(string activity, Action<Func<IEnumerable<ProgressRecord>>> show)
    {
        this.activity = activity;
        this.show = show;
    }

    public ITransferItem Begin(string name, long? size, long done)
    {
        var item = new Item(this, TextForDisplay.Escape(name, 80), size, done);
        lock (gate)
        {
            items.Add(item);
            if (timer is null)
            {
                // From now on the rate is told, with what moves before the first look.
                samples.Enqueue((Stopwatch.GetTimestamp(), Interlocked.Read(ref moved)));
                timer = new Timer(static state => ((TransferProgress)state!).Tick(), this, Pace, Pace);
            }
        }
        return item;
    }

    /// <summary>The records that take all bars away.</summary>
    public IReadOnlyList<ProgressRecord> End()
    {
        lock (gate)
        {
            ended = true;
            timer?.Dispose();
            if (!shown) return [];
            return [.. items.Where(item => item.ChildId >= 0).Select(item => Ended(item.ChildId, id)), Ended(id, -1)];
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            ended = true;
            timer?.Dispose();
        }
    }

    private void Tick()
    {
        // One at a time is on its way: a pipeline that is busy elsewhere gets no heap of old news.
        if (Interlocked.Exchange(ref posted, 1) == 0) show(Records);
    }

    private List<ProgressRecord> Records()
    {
        lock (gate)
        {
            Volatile.Write(ref posted, 0);
            var records = new List<ProgressRecord>();
            if (ended) return records;
            shown = true;
            var rate = Rate();
            long done = doneBytes, total = doneBytes;
            var sizesKnown = true;
            foreach (var item in items)
            {
                var there = item.Done;
                done += there;
                total += Math.Max(there, item.Size ?? there);
                sizesKnown &= item.Size is not null;
            }
            records.Add(Record(id, -1, activity, FilesText(), done, sizesKnown ? total : null, rate));
            foreach (var item in items)
            {
                if (item.IsEnded)
                {
                    if (item.ChildId >= 0) records.Add(Ended(item.ChildId, id));
                }
                else if (item.ChildId >= 0 || (item.HasMoved && item.Age > ChildAfter && FreeChild() is >= 0 and var free && (item.ChildId = free) >= 0))
                {
                    records.Add(Record(item.ChildId, id, item.Name, "", item.Done, item.Size, null));
                }
            }
            foreach (var item in items.Where(item => item.IsEnded)) doneBytes += item.Done;
            doneFiles += items.RemoveAll(item => item.IsEnded);
            return records;
        }
    }

    private int FreeChild()
    {
        for (var child = id + 1; child <= id + MostChildren; child++)
        {
            if (items.TrueForAll(item => item.ChildId != child)) return child;
        }
        return -1;
    }

    private string FilesText()
    {
        var running = items.Count(item => !item.IsEnded);
        var ready = doneFiles + items.Count - running;
        return ready + running <= 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{ready} done, {running} in flight; ");
    }

    /// <summary>Bytes a second over the last seconds.</summary>
    private double? Rate()
    {
        var now = Stopwatch.GetTimestamp();
        samples.Enqueue((now, Interlocked.Read(ref moved)));
        while (samples.Count > 2 && Stopwatch.GetElapsedTime(samples.Peek().Time, now) > RateOver) samples.Dequeue();
        var (time, bytes) = samples.Peek();
        var seconds = Stopwatch.GetElapsedTime(time, now).TotalSeconds;
        return seconds < 0.2 ? null : Math.Max(0, (Interlocked.Read(ref moved) - bytes) / seconds);
    }

    private static ProgressRecord Record(int id, int parent, string activity, string what, long done, long? total, double? rate)
    {
        var text = total is { } all ? $"{View.Size(Math.Min(done, all))} of {View.Size(all)}" : View.Size(done);
        if (rate is { } speed) text += $", {View.Size(speed)}/s";
        var record = new ProgressRecord(id, activity.Length == 0 ? " " : activity, what + text) { ParentActivityId = parent };
        if (total is > 0 and var known)
        {
            record.PercentComplete = (int)Math.Clamp(done * 100.0 / known, 0, 100);
            if (rate is > 1 and var bytesPerSecond) record.SecondsRemaining = (int)Math.Clamp((known - done) / bytesPerSecond, 0, int.MaxValue);
        }
        return record;
    }

    private static ProgressRecord Ended(int id, int parent) => new(id, "done", "done") { ParentActivityId = parent, RecordType = ProgressRecordType.Completed };

    private sealed class Item : ITransferItem
    {
        private readonly TransferProgress owner;
        private readonly long begun = Stopwatch.GetTimestamp();
        private readonly long doneBefore;
        private long done;
        private long size;
        private volatile bool ended;

        public Item(TransferProgress owner, string name, long? size, long done)
        {
            this.owner = owner;
            this.done = doneBefore = done;
            this.size = size ?? -1;
            Name = name;
        }

        public string Name { get; }

        public int ChildId { get; set; } = -1;

        public bool IsEnded => ended;

        /// <summary>Whether it is in flight; else it waits for a slot.</summary>
        public bool HasMoved => Interlocked.Read(ref done) != doneBefore;

        public long Done => Math.Max(0, Interlocked.Read(ref done));

        public long? Size => Interlocked.Read(ref size) is >= 0 and var known ? known : null;

        public TimeSpan Age => Stopwatch.GetElapsedTime(begun);

        public void Add(long bytes)
        {
            Interlocked.Add(ref done, bytes);
            Interlocked.Add(ref owner.moved, bytes);
        }

        public void AddFound(long bytes) => Interlocked.Add(ref done, bytes);

        public void SetSize(long size) => Interlocked.Exchange(ref this.size, size);

        public void Dispose() => ended = true;
    }
}

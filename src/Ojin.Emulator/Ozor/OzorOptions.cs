using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>How fast Ozor works, what fails, and what it does where its contract is open; all of it can be set while it runs.</summary>
public sealed class OzorOptions
{
    /// <summary>Nothing goes on by itself: every job, export and generation waits to be advanced.</summary>
    public bool Manual { get; set; }

    /// <summary>How long a job is queued, in milliseconds.</summary>
    public int JobQueuedMs { get; set; } = 20;

    /// <summary>How long a job is processing, in milliseconds.</summary>
    public int JobProcessingMs { get; set; } = 30;

    /// <summary>How long an export is queued, in milliseconds.</summary>
    public int ExportQueuedMs { get; set; } = 20;

    /// <summary>How long an export is processing, in milliseconds.</summary>
    public int ExportProcessingMs { get; set; } = 30;

    /// <summary>
    /// How long a video goes on to show the export before a new one, in milliseconds. With 0 the new one is shown at
    /// once; else that is a step of its own.
    /// </summary>
    public int FormerExportMs { get; set; }

    /// <summary>Milliseconds before each event of a plan's stream.</summary>
    public int EventMs { get; set; } = 10;

    /// <summary>Milliseconds between the effect of an analysis and its answer.</summary>
    public int AnalyzeMs { get; set; }

    /// <summary>So many of the next jobs fail.</summary>
    public int FailJobs { get; set; }

    /// <summary>What a failed job says.</summary>
    public string JobError { get; set; } = "Agent encountered an error: the model gave no answer.";

    /// <summary>What a finished job says; null for a sentence about the request.</summary>
    public string? JobResponse { get; set; }

    /// <summary>So many of the next exports fail.</summary>
    public int FailExports { get; set; }

    /// <summary>What a failed export says.</summary>
    public string ExportError { get; set; } = "Render failed: the renderer ran out of memory.";

    /// <summary>So many of the next export requests are 500: the export could not be triggered.</summary>
    public int FailExportRequests { get; set; }

    /// <summary>So many of the next analyses are 500, and cost nothing.</summary>
    public int FailAnalyses { get; set; }

    /// <summary>What a failed analysis says.</summary>
    public string AnalysisError { get; set; } = "Analysis failed: the document could not be read.";

    /// <summary>So many of the next generations of a plan fail with an event after some progress.</summary>
    public int FailGenerations { get; set; }

    /// <summary>What a failed generation says.</summary>
    public string GenerationError { get; set; } = "TTS failed: the voice is not available.";

    /// <summary>What running jobs and generations will cost counts against the balance, so that it never falls below zero.</summary>
    public bool CountRunning { get; set; } = true;

    /// <summary>Active keys that an account may have.</summary>
    public int MaximumKeys { get; set; } = 5;

    /// <summary>The largest document in bytes.</summary>
    public long MaximumFileBytes { get; set; } = 50 * 1024 * 1024;

    /// <summary>Lifetime of a downloadUrl in seconds.</summary>
    public int DownloadUrlSeconds { get; set; } = 24 * 60 * 60;

    /// <summary>Lifetime of the URL of a plan's image in seconds.</summary>
    public int ImageUrlSeconds { get; set; } = 600;

    /// <summary>Least size of a rendered video in bytes; a box that players skip fills it up.</summary>
    public int VideoBytes { get; set; }

    /// <summary>Fields that are null are left out of the answers.</summary>
    public bool OmitNulls { get; set; }

    /// <summary>Reading and changing a plan answers it without the object around it.</summary>
    public bool BarePlan { get; set; }

    /// <summary>The stream is sent in pieces of so many bytes, each flushed; 0 sends event by event.</summary>
    public int StreamChunkBytes { get; set; } = 24;

    /// <summary>The stream's lines end with CR LF.</summary>
    public bool StreamCrLf { get; set; }

    /// <summary>A comment goes before each event of the stream.</summary>
    public bool StreamComments { get; set; }

    /// <summary>The stream has two done events, the first without projectId.</summary>
    public bool DoneTwice { get; set; }

    /// <summary>The stream ends without its done or error event; the plan tells how it went.</summary>
    public bool OmitDone { get; set; }

    /// <summary>The generation never ends: the plan stays in generating and the stream ends before the last event.</summary>
    public bool LeaveGenerating { get; set; }

    /// <summary>The connection of a stream is cut after so many events; null for never. The generation goes on.</summary>
    public int? CutAfterEvents { get; set; }

    /// <summary>A client that goes away ends the generation: the plan fails. Else it goes on to its end.</summary>
    public bool StopWhenClientGone { get; set; }

    /// <summary>
    /// The events of the stream instead of the usual ones: an object becomes an event, a string is sent as it is.
    /// <c>{projectId}</c> stands for the id of the video. The outcome takes effect before the last of them.
    /// </summary>
    public JsonArray? StreamEvents { get; set; }

    /// <summary>Words that are sent instead of the contract's for the status of a job.</summary>
    public Dictionary<string, string> JobWords { get; set; } = [];

    /// <summary>Words that are sent instead of the contract's for the status of an export.</summary>
    public Dictionary<string, string> ExportWords { get; set; } = [];

    /// <summary>Words that are sent instead of the contract's for the status of a plan.</summary>
    public Dictionary<string, string> PlanWords { get; set; } = [];

    /// <summary>Words that are sent instead of the contract's for the status of a video.</summary>
    public Dictionary<string, string> VideoWords { get; set; } = [];
}

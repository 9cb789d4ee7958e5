namespace Ojin.Transfer;

/// <summary>How files are sent.</summary>
public sealed class UploadOptions
{
    /// <summary>What is in flight over all files of one call.</summary>
    public required TransferSlots Slots { get; init; }

    /// <summary>Where uploads that have not ended are kept, such as <see cref="StateFolder.Uploads"/>; null keeps none and resumes none.</summary>
    public string? JournalFolder { get; init; }

    /// <summary>Is told how it goes on; null where nobody looks.</summary>
    public ITransferProgress? Progress { get; init; }

    /// <summary>Gets what the user ought to know and no upload fails for; null for nobody.</summary>
    public Action<string>? Warn { get; init; }
}

using System.Globalization;
using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>
/// Sends files as assets, in parts (initiateAssetUpload, signAssetUploadPart, the storage, createAssetRecord), and goes
/// on with what an earlier process began and did not end.
/// </summary>
public sealed class AssetUploader
{
    // An URL that has expired as soon as it is signed means that a clock is wrong, and no further one helps.
    private const int MaximumSignings = 4;
    private const int MaximumMismatches = 3;
    private const int MaximumFinalizations = 3;

    private readonly HttpTransport transport;
    private readonly OjinClient client;
    private readonly OjinSession session;
    private readonly UploadOptions options;
    private int tidied;
    private int warnedOfJournal;

    /// <summary>Creates an uploader.</summary>
    public AssetUploader(HttpTransport transport, OjinSession session, UploadOptions options)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(options);
        this.transport = transport;
        this.session = session;
        this.options = options;
        client = new OjinClient(transport, session);
    }

    private string Service => session.BaseUri.AbsoluteUri;

    /// <summary>
    /// Sends a file. An unchanged file whose upload is in the journal goes on; everything else starts over. What arrived
    /// stays in the journal however this ends.
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="ticket">Its place among the files of the call.</param>
    /// <param name="cancellationToken">Stops it; the same call goes on later.</param>
    /// <exception cref="OjinException">The file changed, a part arrived wrong again and again, or any refusal.</exception>
    public async Task<Asset> UploadAsync(FileToSend file, TransferTicket ticket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(ticket);
        using var handle = LocalFile.OpenToSend(file.FullPath);
        CheckUnchanged(file, handle);
        using var journal = await OpenJournalAsync(file, cancellationToken).ConfigureAwait(false);
        var upload = await ResumeAsync(file, journal).ConfigureAwait(false);
        using var item = options.Progress?.Begin(file.Name, file.SizeBytes, upload?.SentBytes ?? 0);
        while (true)
        {
            var resumed = upload is not null;
            upload ??= await BeginAsync(file, journal, cancellationToken).ConfigureAwait(false);
            try
            {
                var asset = await SendAsync(file, handle, upload, ticket, item, cancellationToken).ConfigureAwait(false);
                if (journal is not null) await journal.ForgetAsync().ConfigureAwait(false);
                return asset;
            }
            catch (OjinException gone) when (resumed && IsGone(gone))
            {
                // A journal that could not be kept to its end may not know that the upload has ended.
                if (await LookAsync(file, upload, null, cancellationToken).ConfigureAwait(false) is { } ended)
                {
                    await journal!.ForgetAsync().ConfigureAwait(false);
                    return ended;
                }
                transport.Trace($"{file.Name}: the service no longer knows the upload that an earlier run began ({gone.Code}); starting over");
                item?.Add(-upload.SentBytes);
                upload = null;
                if (journal is not null) await journal.ForgetAsync().ConfigureAwait(false);
            }
            catch (OjinException changed) when (changed.Code == ErrorCodes.FileChanged)
            {
                if (journal is not null) await journal.ForgetAsync().ConfigureAwait(false);
                throw;
            }
            finally
            {
                if (journal?.Record is not null) await journal.FlushAsync().ConfigureAwait(false);
            }
        }
    }

    private static bool IsGone(OjinException error) => error.StatusCode == 404;

    private static void CheckUnchanged(FileToSend file, SafeFileHandle handle)
    {
        if (RandomAccess.GetLength(handle) != file.SizeBytes || File.GetLastWriteTimeUtc(handle) != file.LastWriteTimeUtc) throw LocalFile.Changed(file.FullPath);
    }

    private async Task<UploadJournal?> OpenJournalAsync(FileToSend file, CancellationToken cancellationToken)
    {
        if (options.JournalFolder is not { } folder) return null;
        if (Interlocked.Exchange(ref tidied, 1) == 0) UploadJournal.Tidy(folder);
        return await UploadJournal.TryOpenAsync(folder, Service, file.FullPath, text => options.Warn?.Invoke(text), Failed, cancellationToken).ConfigureAwait(false);

        void Failed(Exception exception)
        {
            if (Interlocked.Exchange(ref warnedOfJournal, 1) != 0) return;
            options.Warn?.Invoke($"The upload journal in {LocalFile.Shown(folder)} cannot be written, so an upload that is interrupted cannot be resumed, or not with all that has arrived: {(LocalFile.IsDiskFull(exception) ? "the disk is full." : exception.Message)}");
        }
    }

    private async Task<Upload?> ResumeAsync(FileToSend file, UploadJournal? journal)
    {
        if (journal?.Record is not { } record) return null;
        if (!record.IsFor(file, Service))
        {
            transport.Trace($"{file.Name}: the file, its part size or what is said about it changed since an earlier run; starting over");
            await journal.ForgetAsync().ConfigureAwait(false);
            return null;
        }
        transport.Trace(string.Create(CultureInfo.InvariantCulture, $"{file.Name}: going on with {record.Parts.Count} of {file.PartCount} parts that an earlier run sent"));
        return new Upload(file, new AssetUpload { AssetId = record.AssetId, UploadId = record.UploadId, S3Key = record.S3Key }, record.Parts, journal) { AskedToFinalize = record.Finalizing };
    }

    private async Task<Upload> BeginAsync(FileToSend file, UploadJournal? journal, CancellationToken cancellationToken)
    {
        var begun = await client.InitiateUploadAsync(file.Name, file.Category, file.ContentType, file.SizeBytes, cancellationToken).ConfigureAwait(false);
        OjinId.Uuid(begun.AssetId, "asset id");
        if (journal is not null)
        {
            var now = DateTimeOffset.UtcNow;
            await journal.BeginAsync(new UploadRecord
            {
                Service = Service,
                Path = file.FullPath,
                SizeBytes = file.SizeBytes,
                LastWriteTimeUtc = file.LastWriteTimeUtc,
                PartSize = file.PartSize,
                Name = file.Name,
                Category = file.Category,
                ContentType = file.ContentType,
                AssetId = begun.AssetId,
                UploadId = begun.UploadId,
                S3Key = begun.S3Key,
                StartedAt = now,
                UpdatedAt = now,
            }).ConfigureAwait(false);
        }
        return new Upload(file, begun, new Dictionary<int, string>(), journal);
    }

    private async Task<Asset> SendAsync(FileToSend file, SafeFileHandle handle, Upload upload, TransferTicket ticket, ITransferItem? item, CancellationToken cancellationToken)
    {
        await SendPartsAsync(file, handle, upload, ticket, item, cancellationToken).ConfigureAwait(false);
        CheckUnchanged(file, handle);
        return await FinalizeAsync(file, upload, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendPartsAsync(FileToSend file, SafeFileHandle handle, Upload upload, TransferTicket ticket, ITransferItem? item, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var missing = upload.Missing();
        ticket.SetLeft(Math.Max(1, missing.Count));
        var moving = new List<Task>(missing.Count);
        ExceptionDispatchInfo? failure = null;
        try
        {
            foreach (var part in missing)
            {
                await options.Slots.TakeAsync(stop.Token).ConfigureAwait(false);
                moving.Add(MoveAsync(part));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Either the caller stopped it, or a part failed.
        }
        await Task.WhenAll(moving).ConfigureAwait(false);
        failure?.Throw();
        cancellationToken.ThrowIfCancellationRequested();

        async Task MoveAsync(int part)
        {
            try
            {
                await SendPartAsync(file, handle, upload, part, item, stop.Token).ConfigureAwait(false);
                ticket.PartEnded();
            }
            catch (Exception exception)
            {
                // The first failure is the cause; those after it are only stopped.
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
                await stop.CancelAsync().ConfigureAwait(false);
            }
            finally
            {
                options.Slots.Release();
            }
        }
    }

    private async Task SendPartAsync(FileToSend file, SafeFileHandle handle, Upload upload, int part, ITransferItem? item, CancellationToken cancellationToken)
    {
        var mismatches = 0;
        for (var signings = 1; ; signings++)
        {
            var signed = await client.SignPartAsync(upload.Begun, part, cancellationToken).ConfigureAwait(false);
            string etag;
            byte[] md5;
            try
            {
                (etag, md5) = await PutAsync(file, handle, upload.OffsetOf(part), upload.LengthOf(part), signed.UploadUrl.ToUri(), item, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException expired) when (StorageRefusal.IsExpired(expired) && signings < MaximumSignings)
            {
                transport.Trace(string.Create(CultureInfo.InvariantCulture, $"{file.Name}: the URL of part {part} has expired; signing it anew"));
                continue;
            }
            var bare = ETags.Bare(etag);
            if (!ETags.IsMd5(bare))
            {
                transport.Trace(string.Create(CultureInfo.InvariantCulture, $"{file.Name}: part {part} has an ETag that is no MD5 and cannot be verified"));
            }
            else if (!ETags.Same(bare, ETags.Hex(md5)))
            {
                item?.Add(-upload.LengthOf(part));
                if (++mismatches >= MaximumMismatches)
                {
                    throw new OjinException(ErrorCodes.IntegrityFailed, string.Create(CultureInfo.InvariantCulture, $"Part {part} of {LocalFile.Shown(file.FullPath)} arrived with other bytes than were sent, {mismatches} times."), "Something on the way changes data: a proxy, a disk or memory. Run the command again; it goes on with the parts that arrived well.") { Service = OjinService.Storage };
                }
                transport.Trace(string.Create(CultureInfo.InvariantCulture, $"{file.Name}: part {part} arrived with other bytes than were sent; sending it again"));
                continue;
            }
            upload.SetPart(part, etag);
            return;
        }
    }

    private async Task<(string ETag, byte[] Md5)> PutAsync(FileToSend file, SafeFileHandle handle, long offset, long length, Uri url, ITransferItem? item, CancellationToken cancellationToken)
    {
        var watch = new StallWatch(transport.Options.StallTimeout);
        FileSlice? slice = null;
        var request = new ServiceRequest
        {
            Service = OjinService.Storage,
            Method = HttpMethod.Put,
            Address = url,
            Retry = RetryRule.Safe,
            Accept = null,
            Content = () => slice = new FileSlice(handle, file.FullPath, offset, length, watch, item is null ? null : item.Add, hash: true),
            Watch = watch,
            BodyIsContent = true,
            OnTryEnded = error =>
            {
                if (error is not null && slice is { Sent: > 0 } failed) item?.Add(-failed.Sent);
            },
        };
        var answer = await transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer.Headers.TryGetValues("ETag", out var values) && values.FirstOrDefault() is { Length: > 0 } etag && slice?.Md5 is { } md5) return (etag, md5);
        item?.Add(-length);
        throw HttpTransport.Invalid(request, answer.StatusCode, "no ETag for the part", 1);
    }

    private async Task<Asset> FinalizeAsync(FileToSend file, Upload upload, CancellationToken cancellationToken)
    {
        if (upload.AskedToFinalize && await LookAsync(file, upload, null, cancellationToken).ConfigureAwait(false) is { } before) return before;
        if (upload.Journal is { } journal) await journal.FinalizingAsync().ConfigureAwait(false);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var asset = await client.FinalizeUploadAsync(upload.Begun, file.Name, file.Category, file.ContentType, file.SizeBytes, upload.Parts(), cancellationToken).ConfigureAwait(false);
                return Checked(file, upload, asset);
            }
            catch (OjinException unsure) when (unsure.OutcomeUnknown || unsure.StatusCode is 404 or 409)
            {
                if (await LookAsync(file, upload, unsure, cancellationToken).ConfigureAwait(false) is { } there) return there;
                if (unsure.StatusCode is 404) throw;
                if (unsure.StatusCode is 409 || attempt >= MaximumFinalizations) throw unsure.With(recommendedAction: "Run the command again: it goes on, and nothing is sent twice. If it fails again, forget the upload with Remove-OjinUpload and start over.");
                transport.Trace($"{file.Name}: the asset is not there; finalizing again");
                await Task.Delay(transport.Options.BaseDelay * attempt, cancellationToken).ConfigureAwait(false);
            }
            catch (OjinException refused) when (refused.StatusCode is 400)
            {
                throw refused.With(recommendedAction: "Run the command again, in case the service can be satisfied by then; to start over, use Remove-OjinUpload or -NoResume.");
            }
        }
    }

    /// <summary>Whether the asset is there already, because an answer was lost or an earlier process ended too early to hear it.</summary>
    private async Task<Asset?> LookAsync(FileToSend file, Upload upload, OjinException? cause, CancellationToken cancellationToken)
    {
        try
        {
            var asset = await client.GetAssetAsync(upload.Begun.AssetId, cancellationToken).ConfigureAwait(false);
            transport.Trace($"{file.Name}: the asset {asset.AssetId} is there already");
            return Checked(file, upload, asset);
        }
        catch (OjinException missing) when (missing.StatusCode == 404)
        {
            return null;
        }
        catch (OjinException) when (cause is not null)
        {
            throw cause.With(recommendedAction: "All parts are there. Run the command again: it looks first whether the asset is there, and sends nothing twice.");
        }
    }

    private static Asset Checked(FileToSend file, Upload upload, Asset asset)
    {
        var whatToDo = $"Remove it with Remove-OjinAsset {asset.AssetId}, then run the command again.";
        if (asset.SizeBytes != file.SizeBytes)
        {
            throw new OjinException(ErrorCodes.IntegrityFailed, string.Create(CultureInfo.InvariantCulture, $"The asset {asset.AssetId} of {LocalFile.Shown(file.FullPath)} has {asset.SizeBytes} bytes, and {file.SizeBytes} were sent."), whatToDo) { Service = OjinService.Ojin };
        }
        var bare = ETags.Bare(asset.ETag);
        if (upload.ExpectedETag() is { } expected && ETags.PartsOf(bare) == file.PartCount && !ETags.Same(bare, expected))
        {
            throw new OjinException(ErrorCodes.IntegrityFailed, $"The asset {asset.AssetId} of {LocalFile.Shown(file.FullPath)} has the ETag {bare}, and its parts give {expected}.", whatToDo) { Service = OjinService.Ojin };
        }
        return asset;
    }

    /// <summary>An upload on its way.</summary>
    private sealed class Upload
    {
        private readonly FileToSend file;
        private readonly string?[] etags;

        public Upload(FileToSend file, AssetUpload begun, IReadOnlyDictionary<int, string> parts, UploadJournal? journal)
        {
            this.file = file;
            Begun = begun;
            Journal = journal;
            etags = new string?[file.PartCount];
            foreach (var (number, etag) in parts) etags[number - 1] = etag;
        }

        public AssetUpload Begun { get; }

        public UploadJournal? Journal { get; }

        public bool AskedToFinalize { get; init; }

        public long SentBytes => Enumerable.Range(1, etags.Length).Where(part => etags[part - 1] is not null).Sum(LengthOf);

        public List<int> Missing() => [.. Enumerable.Range(1, etags.Length).Where(part => etags[part - 1] is null)];

        public long OffsetOf(int part) => (part - 1) * file.PartSize;

        public long LengthOf(int part) => Math.Min(file.PartSize, file.SizeBytes - OffsetOf(part));

        public IReadOnlyList<AssetUploadPart> Parts() => [.. etags.Select((etag, index) => new AssetUploadPart(index + 1, etag!))];

        public void SetPart(int part, string etag)
        {
            etags[part - 1] = etag;
            Journal?.SetPart(part, etag);
        }

        /// <summary>The ETag that S3 gives the whole; null where a part's is no MD5.</summary>
        public string? ExpectedETag()
        {
            var md5s = new List<byte[]>(etags.Length);
            foreach (var etag in etags)
            {
                if (etag is null || ETags.Bare(etag) is var bare && !ETags.IsMd5(bare)) return null;
                md5s.Add(Convert.FromHexString(ETags.Bare(etag)));
            }
            return ETags.OfParts(md5s);
        }
    }
}

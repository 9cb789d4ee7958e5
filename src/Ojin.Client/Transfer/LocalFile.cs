using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Ojin.Http;

namespace Ojin.Transfer;

/// <summary>Opens files of this machine, and says clearly why one cannot be used.</summary>
internal static class LocalFile
{
    /// <summary>Opens a file that is to be sent.</summary>
    /// <exception cref="OjinException">It is not there, a folder, empty, or cannot be read.</exception>
    public static SafeFileHandle OpenToSend(string path)
    {
        var info = new FileInfo(path);
        if (!info.Exists)
        {
            throw Directory.Exists(path)
                ? new OjinException(ErrorCodes.FileUnusable, $"{Shown(path)} is a folder.", $"Give its files: Get-ChildItem -File '{path.Replace("'", "''", StringComparison.Ordinal)}'. Nothing was sent.")
                : new OjinException(ErrorCodes.FileNotFound, $"There is no file {Shown(path)}.", "Check the path. Nothing was sent.");
        }
        // Also what is no file and would never end: a pipe, a device.
        if (info.Length == 0) throw new OjinException(ErrorCodes.FileUnusable, $"{Shown(path)} is empty.", "Give a file with content. Nothing was sent.");
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unreadable(path, exception);
        }
    }

    public static OjinException Unreadable(string path, Exception exception) =>
        new(ErrorCodes.FileUnusable, $"{Shown(path)} cannot be read: {TextForDisplay.Escape(exception.Message)}", "Check that you may read it and that nobody keeps it locked.", exception);

    public static OjinException Changed(string path) =>
        new(ErrorCodes.FileChanged, $"{Shown(path)} changed while it was sent, so what arrived is of no use.", "Run the command again when nobody writes to the file.");

    public static OjinException Unwritable(string path, Exception exception) => IsDiskFull(exception)
        ? new OjinException(ErrorCodes.FileUnusable, $"{Shown(path)} could not be written: the disk is full.", "Make room, then run the command again: it goes on with what is there.", exception)
        : new OjinException(ErrorCodes.FileUnusable, $"{Shown(path)} could not be written: {TextForDisplay.Escape(exception.Message)}", "Check that the folder is there, that you may write to it, and that nobody else uses the file.", exception);

    /// <summary>Whether a disk, or what a user may have of it, is full.</summary>
    public static bool IsDiskFull(Exception exception)
    {
        const int DiskFullOnWindows = unchecked((int)0x80070070);
        const int HandleDiskFull = unchecked((int)0x80070027);
        // ENOSPC and EDQUOT, the latter with Linux's and Apple's number.
        return exception.HResult is DiskFullOnWindows or HandleDiskFull || (!OperatingSystem.IsWindows() && exception.HResult is 28 or 122 or 69);
    }

    /// <summary>Whether somebody else has a file for himself.</summary>
    public static bool IsInUse(IOException exception)
    {
        const int SharingViolation = unchecked((int)0x80070020);
        const int LinuxTryAgain = 11;
        const int AppleTryAgain = 35;
        return exception.GetType() == typeof(IOException) && exception.HResult is SharingViolation or LinuxTryAgain or AppleTryAgain;
    }

    public static string Shown(string path) => $"'{TextForDisplay.Escape(path, 400)}'";

    public static string Shown(long bytes) => bytes < 1024 * 1024
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.#} MiB");
}

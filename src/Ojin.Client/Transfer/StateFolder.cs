namespace Ojin.Transfer;

/// <summary>Where this machine keeps what a program must remember: the platform's folder, private to the user.</summary>
public static class StateFolder
{
    /// <summary>
    /// The folder of the upload journal: below <c>XDG_STATE_HOME</c> (else <c>~/.local/state</c>) on Linux,
    /// <c>LOCALAPPDATA</c> on Windows, <c>~/Library/Application Support</c> on macOS. Null where there is no such place.
    /// </summary>
    public static string? Uploads => Root() is { } root ? Path.Combine(root, "uploads") : null;

    private static string? Root()
    {
        if (OperatingSystem.IsWindows())
        {
            var local = Environment.GetEnvironmentVariable("LOCALAPPDATA");
            if (string.IsNullOrEmpty(local)) local = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return string.IsNullOrEmpty(local) ? null : Path.Combine(local, "Ojin");
        }
        // The specification has relative paths ignored.
        if (Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state)) return Path.Combine(state, "ojin");
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (string.IsNullOrEmpty(home)) return null;
        return OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Application Support", "Ojin") : Path.Combine(home, ".local", "state", "ojin");
    }
}

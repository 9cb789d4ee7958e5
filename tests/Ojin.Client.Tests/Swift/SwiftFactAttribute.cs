using System.Diagnostics;
using Xunit;

namespace Ojin.Client.Tests.Swift;

/// <summary>A test that needs OpenStack Swift; where that cannot run it is skipped, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SwiftFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Reason = new(FindReason);

    public SwiftFactAttribute()
    {
        if (Reason.Value is { } reason)
            Skip = $"OpenStack Swift cannot run here: {reason}. CONTRIBUTING.md says how to install it.";
    }

    /// <summary>The ready module, as build.ps1 lays it out.</summary>
    public static string Module { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../out/Ojin/Ojin.psd1"));

    /// <summary>Whether the test runs the ready module in a pwsh.</summary>
    public bool NeedsModule
    {
        get => false;
        set
        {
            if (!value || Skip is not null)
                return;
            if (!File.Exists(Module))
                Skip = "The module is not built: run pwsh ./build.ps1 Build.";
            else if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "pwsh"))))
                Skip = "There is no pwsh on the PATH.";
        }
    }

    private static string? FindReason()
    {
        if (!OperatingSystem.IsLinux())
            return "it runs on Linux only";
        if (!File.Exists(SwiftServer.Python))
            return $"there is no {SwiftServer.Python}";
        try
        {
            // Discovery is synchronous, and the answer is needed once in a run.
            using var probe = Process.Start(SwiftServer.StartInfo("--probe"))!;
            probe.StandardInput.Close();
            var said = probe.StandardOutput.ReadToEnd().Trim();
            probe.WaitForExit();
            return said.Length > 0 ? said : probe.ExitCode == 0 ? null : $"its probe ended with code {probe.ExitCode}";
        }
        catch (System.ComponentModel.Win32Exception problem)
        {
            return problem.Message;
        }
    }
}

using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Ojin.Loader;

/// <summary>
/// The module's own load context. An assembly in the module's lib folder is loaded privately, whatever version of it
/// other modules brought into the process, and none of them sees ours. Where lib has one that was compiled ahead of
/// time for this platform, it is that one. One that the runtime itself has is the runtime's, unless ours is strictly
/// newer. Everything else is shared.
/// </summary>
internal sealed class PrivateLoadContext(string folder) : AssemblyLoadContext("Ojin")
{
    private readonly Lazy<IReadOnlyDictionary<string, string>> _runtime = new(ReadRuntimeAssemblies);

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var file = Path.Combine(folder, assemblyName.Name + ".dll");
        if (!File.Exists(file) || RuntimeSuffices(assemblyName.Name!, file)) return null;
        var compiled = Path.Combine(folder, Platform, assemblyName.Name + ".dll");
        return LoadFromAssemblyPath(HasRuntimeOfCompiled && File.Exists(compiled) ? compiled : file);
    }

    // Code that was compiled ahead of time is for this runtime and later ones; an older one has to compile it itself.
    private static bool HasRuntimeOfCompiled => Environment.Version.Major >= 10;

    private static string Platform =>
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    private bool RuntimeSuffices(string name, string file) =>
        _runtime.Value.TryGetValue(name, out var shared)
        && AssemblyName.GetAssemblyName(shared).Version >= AssemblyName.GetAssemblyName(file).Version;

    private static Dictionary<string, string> ReadRuntimeAssemblies()
    {
        var assemblies = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") is string list)
        {
            foreach (var path in list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
                assemblies.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        }

        return assemblies;
    }
}

using System.Management.Automation;
using System.Reflection;
using System.Runtime.Loader;

namespace Ojin.Loader;

/// <summary>
/// Runs when PowerShell imports the module, before its cmdlets' assembly is loaded, and makes the client resolvable.
/// Nothing is loaded here: the client and what it needs come when the first cmdlet or type asks for them.
/// </summary>
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    private static readonly PrivateLoadContext _private = new(Path.Combine(
        Path.GetDirectoryName(typeof(ModuleInitializer).Assembly.Location)!, "lib"));

    private static int _hooked;

    /// <inheritdoc/>
    public void OnImport()
    {
        // Once in a process, however many runspaces import the module, and for good: the runtime remembers a name that
        // it failed to resolve, so a removed hook would break the next import and the objects that are still about.
        if (Interlocked.Exchange(ref _hooked, 1) == 0)
            AssemblyLoadContext.Default.Resolving += ResolveClient;
    }

    private static Assembly? ResolveClient(AssemblyLoadContext context, AssemblyName name) =>
        name.Name == "Ojin.Client" ? _private.LoadFromAssemblyName(name) : null;
}

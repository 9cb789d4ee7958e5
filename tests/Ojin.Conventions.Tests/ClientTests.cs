using System.Reflection;
using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Ojin.Conventions.Tests;

/// <summary>The rooms of the house, and which of them know each other.</summary>
public sealed class ClientTests
{
    [Fact]
    public void The_client_knows_nothing_of_PowerShell() =>
        House.Expect("Ojin.Client references:", House.Client.GetReferencedAssemblies()
            .Where(name => name.Name!.StartsWith("System.Management.Automation", StringComparison.Ordinal) || name.Name.StartsWith("Ojin.", StringComparison.Ordinal))
            .Select(name => name.Name!));

    [Fact]
    public void Projects_reference_only_what_they_may()
    {
        var allowed = new Dictionary<string, string[]>
        {
            ["Ojin.Client"] = [],
            ["Ojin.Emulator"] = [],
            ["Ojin.Loader"] = [],
            ["Ojin.PowerShell"] = ["Ojin.Client", "Ojin.Loader"],
        };
        House.Expect("Arrows point one way, PowerShell to Client; emulator and client don't know each other:",
            from project in allowed
            from reference in XDocument.Load(Path.Combine(House.Root, "src", project.Key, project.Key + ".csproj")).Descendants("ProjectReference")
            let name = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/'))
            where !project.Value.Contains(name)
            select $"{project.Key} -> {name}");
    }

    [Fact]
    public void The_client_needs_few_packages() =>
        House.Expect("A further dependency needs a reason and a place in the loader's tests:",
            XDocument.Load(Path.Combine(House.Root, "src/Ojin.Client/Ojin.Client.csproj")).Descendants("PackageReference")
                .Select(reference => reference.Attribute("Include")!.Value)
                .Where(name => name is not ("Polly.Core" or "System.Net.ServerSentEvents" or "System.Text.Json")));

    [Fact]
    public void Public_classes_are_sealed_or_made_to_be_derived_from() =>
        House.Expect("Neither sealed nor abstract:", new[] { House.Client, House.PowerShell }
            .SelectMany(assembly => assembly.GetExportedTypes())
            .Where(type => type.IsClass && !type.IsSealed && !type.IsAbstract && !House.Client.GetTypes().Any(other => other.BaseType == type))
            .Select(type => type.FullName!));

    [Fact]
    public void Docstrings_are_not_switched_off()
    {
        House.Expect("CS1591 is what asks for docstrings:",
            from project in new[] { "Ojin.Client", "Ojin.PowerShell", "Ojin.Loader" }
            where File.ReadAllText(Path.Combine(House.Root, "src", project, project + ".csproj")).Contains("CS1591", StringComparison.Ordinal)
            select project);
        House.Expect("CS1591 is what asks for docstrings:",
            House.Lines("src/Ojin.Client", new("pragma warning disable.*CS1591")).Concat(House.Lines("src/Ojin.PowerShell", new("pragma warning disable.*CS1591"))));
    }

    [Fact]
    public void Every_public_type_of_the_client_is_a_type_literal_in_PowerShell()
    {
        var forwarded = House.PowerShell.GetForwardedTypes().ToHashSet();
        House.Expect("Not forwarded by Ojin.PowerShell (see ForwardClientTypes.targets):",
            House.Client.GetExportedTypes().Where(type => !type.IsNested && !forwarded.Contains(type)).Select(type => type.FullName!));
    }

    [Fact]
    public void Models_show_no_secret_in_their_text() =>
        House.Expect("A record's ToString shows every property:", House.Client.GetExportedTypes()
            .Where(type => type.GetMethod("<Clone>$") is not null || type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance)?.IsDefined(typeof(CompilerGeneratedAttribute)) == true)
            .Where(type => type.GetProperties().Any(p => p.Name.Contains("Key", StringComparison.Ordinal) || p.Name.Contains("Token", StringComparison.Ordinal) || p.Name.Contains("Secret", StringComparison.Ordinal)))
            .Select(type => type.FullName!));
}

using System.Management.Automation;
using System.Reflection;

namespace Ojin.Conventions.Tests;

/// <summary>A cmdlet as its attributes describe it; nothing of it runs.</summary>
internal sealed class CmdletInfo
{
    public CmdletInfo(Type type)
    {
        Type = type;
        var attribute = type.CustomAttributes.Single(a => a.AttributeType.Name == nameof(CmdletAttribute));
        Verb = (string)attribute.ConstructorArguments[0].Value!;
        Noun = (string)attribute.ConstructorArguments[1].Value!;
        SupportsShouldProcess = Named(attribute, "SupportsShouldProcess") is true;
        ConfirmImpact = Named(attribute, "ConfirmImpact") is int impact ? (ConfirmImpact)impact : ConfirmImpact.Medium;
        SupportsPaging = Named(attribute, "SupportsPaging") is true;
        HelpUri = (string?)Named(attribute, "HelpUri");
        OutputTypes =
        [
            .. type.CustomAttributes.Where(a => a.AttributeType.Name == nameof(OutputTypeAttribute))
                .SelectMany(a => a.ConstructorArguments)
                .SelectMany(argument => argument.Value is IEnumerable<CustomAttributeTypedArgument> many ? many.Select(one => one.Value) : [argument.Value])
                .OfType<Type>(),
        ];
        Parameters =
        [
            .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Select(property => (property, attributes: property.CustomAttributes.Where(a => a.AttributeType.Name == nameof(ParameterAttribute)).ToList()))
                .Where(pair => pair.attributes.Count > 0)
                .Select(pair => new ParameterInfo(pair.property, pair.attributes)),
        ];
    }

    public Type Type { get; }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    public bool SupportsShouldProcess { get; }

    public ConfirmImpact ConfirmImpact { get; }

    public bool SupportsPaging { get; }

    public string? HelpUri { get; }

    public IReadOnlyList<Type> OutputTypes { get; }

    public IReadOnlyList<ParameterInfo> Parameters { get; }

    public ParameterInfo? Parameter(string name) => Parameters.FirstOrDefault(p => p.Name == name || p.Aliases.Contains(name));

    internal static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.Where(a => a.MemberName == name).Select(a => a.TypedValue.Value).FirstOrDefault();

    public override string ToString() => Name;

    /// <summary>A parameter, over all its parameter sets.</summary>
    internal sealed class ParameterInfo(PropertyInfo property, IReadOnlyList<CustomAttributeData> attributes)
    {
        public string Name => property.Name;

        public Type Type => property.PropertyType;

        public PropertyInfo Property => property;

        public bool ByValue => attributes.Any(a => Named(a, "ValueFromPipeline") is true);

        public bool ByPropertyName => attributes.Any(a => Named(a, "ValueFromPipelineByPropertyName") is true);

        /// <summary>Whether help and completion leave it out.</summary>
        public bool Hidden => attributes.Any(a => Named(a, "DontShow") is true);

        public IReadOnlyList<int> Positions => [.. attributes.Select(a => Named(a, "Position")).OfType<int>()];

        public IReadOnlyList<string> Aliases =>
        [
            .. property.CustomAttributes.Where(a => a.AttributeType.Name == nameof(AliasAttribute))
                .SelectMany(a => a.ConstructorArguments)
                .SelectMany(argument => argument.Value is IEnumerable<CustomAttributeTypedArgument> many ? many.Select(one => one.Value) : [argument.Value])
                .OfType<string>(),
        ];

        public bool Has(string attribute) => property.CustomAttributes.Any(a => a.AttributeType.Name == attribute + "Attribute");
    }
}

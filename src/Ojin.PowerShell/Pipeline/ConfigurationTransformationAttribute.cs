using System.Management.Automation;
using Ojin.Http;
using Ojin.Json;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// Takes a configuration as what people have it in: a hashtable, an ordered dictionary, an object with properties, what
/// a cmdlet returned, or JSON text of an object. What is none of these is kept as its error: thrown here, it would
/// end the whole command instead of one item.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ConfigurationTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        try
        {
            return inputData is PSObject { BaseObject: ModelConfig } or ModelConfig
                ? throw OjinException.Argument("-Configuration got a whole model configuration, not the values in it.", "Give its Configuration property, or pipe it.")
                : PlainValues.Map(inputData, "-Configuration");
        }
        catch (OjinException exception)
        {
            return exception;
        }
        catch (ArgumentException)
        {
            return OjinException.Argument("-Configuration has a name twice.", "Give each name once.");
        }
    }

    /// <summary>What the transformation made, or its error.</summary>
    /// <exception cref="OjinException">The configuration cannot be used.</exception>
    public static JsonMap? Read(object? transformed) => (transformed is PSObject wrapped ? wrapped.BaseObject : transformed) switch
    {
        null => null,
        JsonMap map => map,
        OjinException exception => throw exception,
        var other => PlainValues.Map(other, "-Configuration"),
    };
}

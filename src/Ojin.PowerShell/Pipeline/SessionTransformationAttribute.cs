using System.Management.Automation;
using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>Says what a session is, and where to get one, to whoever gives a name, another service's session or a copy of one.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SessionTransformationAttribute(Type session, string cmdlet) : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (value is null || session.IsInstanceOfType(value)) return inputData;
        var what = value switch
        {
            ServiceSession other => $"This is a session of {other.Service}.",
            string => "A session has no name: it is an object.",
            PSCustomObject when ((PSObject)inputData!).TypeNames.Any(name => name.StartsWith("Deserialized.Ojin.", StringComparison.Ordinal)) => "This is a copy of a session, and a key does not go from process to process: connect anew in the other one.",
            _ => $"A {value.GetType().Name} is no session.",
        };
        throw new PSInvalidCastException($"{what} Give what {cmdlet} -PassThru returned.");
    }
}

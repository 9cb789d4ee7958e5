using System.Management.Automation;

namespace Ojin.PowerShell.Pipeline;

/// <summary>
/// Takes text and nothing that would merely turn into text: what is sent is paid for, and a file or a hashtable in
/// the pipeline is no prompt.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TextTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        // This exception lets the binder go on to the properties of an object in the pipeline.
        return value is string or null ? inputData : throw new PSInvalidCastException($"Text is wanted here, not {value.GetType().Name}: give the property that has it.");
    }
}

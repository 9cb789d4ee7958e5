using System.Management.Automation;
using System.Security;

namespace Ojin.PowerShell.Pipeline;

/// <summary>Takes a key as what people have it in: a SecureString, a string, or the PSCredential that a vault returns.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var value = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        switch (value)
        {
            case string text:
                var secure = new SecureString();
                foreach (var character in text.Trim()) secure.AppendChar(character);
                secure.MakeReadOnly();
                return secure;
            case PSCredential credential:
                return credential.Password;
            default:
                return value;
        }
    }
}

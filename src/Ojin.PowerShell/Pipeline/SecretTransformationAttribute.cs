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
            case null or SecureString:
                return value;
            default:
                // PowerShell's own message would quote the value, which may well be a key in the wrong wrapping.
                throw new ArgumentTransformationMetadataException($"A key or token is a SecureString, a string or a PSCredential, and this is a {value.GetType().Name}.");
        }
    }
}

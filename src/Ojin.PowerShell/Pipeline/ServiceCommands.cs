using System.Management.Automation;
using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>The base of the cmdlets for the Ojin REST and Session APIs.</summary>
public abstract class OjinCommand : AsyncCommand
{
    private OjinSession? resolved;

    private protected OjinCommand()
    {
    }

    /// <summary>The session to use, as Connect-Ojin -PassThru returns it; without it the kept one, then the environment.</summary>
    [Parameter]
    [ValidateNotNull]
    [SessionTransformation(typeof(OjinSession), "Connect-Ojin")]
    public OjinSession? Session { get; set; }

    /// <summary>The session that this call uses.</summary>
    private protected OjinSession CurrentSession => resolved ??= SessionStore.ResolveOjin(Session);

    /// <summary>The transport of this call, which tells -Verbose and -Debug what happens.</summary>
    private protected HttpTransport CreateTransport() => new(this, CurrentSession.Secrets);
}

/// <summary>The base of the cmdlets for Ozor.</summary>
public abstract class OzorCommand : AsyncCommand
{
    private OzorSession? resolved;

    private protected OzorCommand()
    {
    }

    /// <summary>The session to use, as Connect-Ozor -PassThru returns it; without it the kept one, then the environment.</summary>
    [Parameter]
    [ValidateNotNull]
    [SessionTransformation(typeof(OzorSession), "Connect-Ozor")]
    public OzorSession? Session { get; set; }

    /// <inheritdoc cref="OjinCommand.CurrentSession"/>
    private protected OzorSession CurrentSession => resolved ??= SessionStore.ResolveOzor(Session);

    /// <inheritdoc cref="OjinCommand.CreateTransport"/>
    private protected HttpTransport CreateTransport() => new(this, CurrentSession.Secrets);
}

/// <summary>The base of the cmdlets for the AIMP Gateway.</summary>
public abstract class AimpCommand : AsyncCommand
{
    private AimpSession? resolved;

    private protected AimpCommand()
    {
    }

    /// <summary>The session to use, as Connect-Aimp -PassThru returns it; without it the kept one, then the environment.</summary>
    [Parameter]
    [ValidateNotNull]
    [SessionTransformation(typeof(AimpSession), "Connect-Aimp")]
    public AimpSession? Session { get; set; }

    /// <inheritdoc cref="OjinCommand.CurrentSession"/>
    private protected AimpSession CurrentSession => resolved ??= SessionStore.ResolveAimp(Session);

    /// <inheritdoc cref="OjinCommand.CreateTransport"/>
    private protected HttpTransport CreateTransport() => new(this, CurrentSession.Secrets);
}

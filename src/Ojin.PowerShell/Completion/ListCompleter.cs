using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Ojin.PowerShell.Completion;

/// <summary>Completes a parameter from words that are known beforehand, without closing the list.</summary>
public abstract class ListCompleter : IArgumentCompleter
{
    private readonly string[] words;

    private protected ListCompleter(params string[] words) => this.words = words;

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var start = (wordToComplete ?? "").Trim('\'', '"');
        foreach (var word in words)
        {
            if (word.StartsWith(start, StringComparison.OrdinalIgnoreCase)) yield return new CompletionResult(word, word, CompletionResultType.ParameterValue, word);
        }
    }
}

/// <summary>The modes that the gateway's contract names.</summary>
public sealed class AimpModeCompleter : ListCompleter
{
    /// <summary>Creates the completer.</summary>
    public AimpModeCompleter()
        : base("execute", "index", "search")
    {
    }
}

/// <summary>The kinds of media that the gateway's contract names.</summary>
public sealed class AimpMediaTypeCompleter : ListCompleter
{
    /// <summary>Creates the completer.</summary>
    public AimpMediaTypeCompleter()
        : base("image", "audio", "video", "file")
    {
    }
}

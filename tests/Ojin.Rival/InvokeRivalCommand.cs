using System.Management.Automation;
using System.Net.ServerSentEvents;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Polly;
using Polly.Retry;

namespace Rival;

/// <summary>Uses each of its dependencies and returns where they came from.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "Rival")]
[OutputType(typeof(PSObject))]
public sealed class InvokeRivalCommand : PSCmdlet
{
    protected override void ProcessRecord()
    {
        var tries = 0;
        new ResiliencePipelineBuilder()
            .AddRetry(new RetryStrategyOptions { Delay = TimeSpan.Zero, MaxRetryAttempts = 2 })
            .Build()
            .Execute(() => ++tries < 3 ? throw new InvalidOperationException("once more") : tries);

        using var stream = new MemoryStream(Encoding.UTF8.GetBytes("event: a\ndata: b\n\n"));
        var events = SseParser.Create(stream).Enumerate().Select(e => e.EventType + e.Data).ToList();

        var result = new PSObject();
        result.Properties.Add(new PSNoteProperty("Tries", tries));
        result.Properties.Add(new PSNoteProperty("Events", events));
        result.Properties.Add(new PSNoteProperty("Json", JsonSerializer.Serialize(new[] { 1, 2 })));
        result.Properties.Add(new PSNoteProperty("Polly", typeof(ResiliencePipeline).Assembly.Location));
        result.Properties.Add(new PSNoteProperty("PollyVersion", typeof(ResiliencePipeline).Assembly.GetCustomAttribute<AssemblyFileVersionAttribute>()!.Version));
        WriteObject(result);
    }
}

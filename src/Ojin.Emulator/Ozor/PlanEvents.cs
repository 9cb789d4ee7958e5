using System.Text.Json.Nodes;

namespace Ojin.Emulator;

/// <summary>The events of a plan's stream.</summary>
internal static class PlanEvents
{
    /// <summary>The events as they go over the wire; the outcome is known before they are made.</summary>
    public static IReadOnlyList<string> Make(EmulatedPlan plan, string projectId, string? error, OzorOptions options)
    {
        var end = options.StreamCrLf ? "\r\n" : "\n";
        var comment = options.StreamComments ? ": keep-alive" + end + end : "";
        if (options.StreamEvents is { } given)
        {
            return
            [
                .. given.Select(item => (item is JsonValue value && value.TryGetValue<string>(out var text) ? text : comment + Line(item!, end))
                    .Replace("{projectId}", projectId, StringComparison.Ordinal)),
            ];
        }

        List<JsonObject> events = [Event("init", "Starting generation", 0)];
        var (voiced, scenes) = (plan.VoicedScenes, plan.Scenes.Count);
        for (var i = 1; i <= voiced; i++)
            events.Add(Event("tts", $"Generating voiceover {i}/{voiced}", 5 + (35 * i / voiced)));
        if (error is null)
        {
            for (var i = 1; i <= scenes; i++)
                events.Add(Event("scenes", $"Rendering scene {i}/{scenes}", 40 + (45 * i / scenes)));
            events.Add(Event("assembly", "Assembling project", 90));
        }

        if (options.LeaveGenerating || options.OmitDone)
            return [.. events.Select(item => comment + Line(item, end))];
        if (error is not null)
        {
            events.Add(Event("error", error, -1));
        }
        else
        {
            if (options.DoneTwice)
                events.Add(Event("done", "Video project ready!", 100));
            var done = Event("done", "Video project ready!", 100);
            done["projectId"] = projectId;
            events.Add(done);
        }

        return [.. events.Select(item => comment + Line(item, end))];
    }

    private static JsonObject Event(string step, string detail, int pct) => new() { ["step"] = step, ["detail"] = detail, ["pct"] = pct };

    private static string Line(JsonNode item, string end) => "data: " + item.ToJsonString(Wire.Json) + end + end;
}

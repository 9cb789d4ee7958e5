using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Ojin.Http;
using Ojin.Json;

namespace Ojin;

/// <summary>
/// A scene of a plan. It can be edited, left out, added and put elsewhere; <c>Set-OzorPlan -Scene</c> sends all of them
/// in their order.
/// </summary>
public sealed class OzorScene : ServiceObject
{
    /// <summary>Its place in the film, from 1. When scenes are sent they are numbered by the order that they have then.</summary>
    public int Order { get; set; }

    /// <summary>The title.</summary>
    public string SceneTitle { get; set; } = "";

    /// <summary>What is to be seen.</summary>
    public string ScenePrompt { get; set; } = "";

    /// <summary>What is to be heard; empty for a scene without a voice.</summary>
    public string VoiceoverText { get; set => field = value ?? ""; } = "";

    /// <summary>Pictures out of the document.</summary>
    public List<OzorImageRef> ImageRefs { get; set => field = value ?? []; } = [];

    /// <summary>What the scene is about, in keywords.</summary>
    public List<string> KeyPoints { get; set => field = value ?? []; } = [];

    internal bool IsVoiced => !string.IsNullOrWhiteSpace(VoiceoverText);

    /// <summary>A scene from fields, by their names on the wire or in PowerShell's letters.</summary>
    /// <exception cref="OjinException">A field that no scene has, or a value of the wrong kind.</exception>
    public static OzorScene FromFields(JsonMap fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var scene = new OzorScene();
        foreach (var (name, value) in fields)
        {
            switch (name.ToUpperInvariant())
            {
                // Where it stands among the others is what counts.
                case "ORDER" or "ADDITIONALPROPERTIES":
                    break;
                case "SCENETITLE":
                    scene.SceneTitle = Text(name, value);
                    break;
                case "SCENEPROMPT":
                    scene.ScenePrompt = Text(name, value);
                    break;
                case "VOICEOVERTEXT":
                    scene.VoiceoverText = Text(name, value);
                    break;
                case "KEYPOINTS":
                    scene.KeyPoints = [.. Items(name, value).Select(point => Text(name, point))];
                    break;
                case "IMAGEREFS":
                    scene.ImageRefs = [.. Items(name, value).Select(item => new OzorImageRef
                    {
                        // ConvertTo-Json writes a picture as its path where the depth does not reach it.
                        StoragePath = (item is JsonMap reference && reference.TryGetValue("storagePath", out var path) ? path : item) as string
                            ?? throw Wrong(name, "a list of objects with a storagePath"),
                    })];
                    break;
                default:
                    throw OjinException.Argument($"A scene has no field '{TextForDisplay.Escape(name, 80)}'.", "Give SceneTitle, ScenePrompt, VoiceoverText, and ImageRefs and KeyPoints where there are any. Nothing was sent.");
            }
        }
        return scene;
    }

    /// <summary>The scene as the service takes it: its pictures without their signed URLs.</summary>
    /// <exception cref="OjinException">Title or prompt are empty.</exception>
    internal JsonMap ToWire(int order)
    {
        if (string.IsNullOrWhiteSpace(SceneTitle) || string.IsNullOrWhiteSpace(ScenePrompt))
        {
            throw OjinException.Argument(
                string.Create(CultureInfo.InvariantCulture, $"Scene {order} has no {(string.IsNullOrWhiteSpace(SceneTitle) ? nameof(SceneTitle) : nameof(ScenePrompt))}."),
                "Give each scene a SceneTitle and a ScenePrompt, and a VoiceoverText where it is to have a voice. Nothing was sent.");
        }
        return new JsonMap
        {
            ["order"] = order,
            ["sceneTitle"] = SceneTitle,
            ["scenePrompt"] = ScenePrompt,
            ["voiceoverText"] = VoiceoverText,
            ["imageRefs"] = ImageRefs.OfType<OzorImageRef>().Select(object? (reference) => new JsonMap { ["storagePath"] = reference.StoragePath }).ToArray(),
            ["keyPoints"] = KeyPoints.Cast<object?>().ToArray(),
        };
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Order}. {TextForDisplay.Escape(SceneTitle, 80)}");

    private static string Text(string name, object? value) => value switch
    {
        null => "",
        string text => text,
        _ => throw Wrong(name, "text"),
    };

    private static IEnumerable<object?> Items(string name, object? value) => value switch
    {
        null => [],
        // A list of one comes out of a pipeline without the list.
        string or JsonMap => [value],
        IEnumerable list => list.Cast<object?>(),
        _ => throw Wrong(name, "a list"),
    };

    private static OjinException Wrong(string name, string wanted) => OjinException.Argument($"The field {TextForDisplay.Escape(name, 80)} of a scene is not {wanted}.", "Change a scene of Get-OzorPlan, or give its fields as a hashtable. Nothing was sent.");
}

/// <summary>A picture out of the document.</summary>
public sealed class OzorImageRef : ServiceObject
{
    /// <summary>The name by which the service knows it.</summary>
    public required string StoragePath { get; set; }

    /// <summary>Where it can be seen for a short while; reading the plan again gives a fresh one. Null where none was given.</summary>
    [JsonConverter(typeof(LenientUrlConverter))]
    public PresignedUrl? Url { get; set; }

    /// <inheritdoc/>
    public override string ToString() => StoragePath;
}

/// <summary>A URL that is only there to be looked at: one that cannot be used is none, and spoils no plan that was paid for.</summary>
internal sealed class LenientUrlConverter : JsonConverter<PresignedUrl>
{
    public override PresignedUrl? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }
        return Uri.TryCreate(reader.GetString(), new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }, out var uri) && uri.IsAbsoluteUri && uri.Scheme is "http" or "https"
            ? new PresignedUrl(uri)
            : null;
    }

    public override void Write(Utf8JsonWriter writer, PresignedUrl value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

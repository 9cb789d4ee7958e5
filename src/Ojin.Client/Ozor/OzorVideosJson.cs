using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(FlexibleTimeConverter)])]
[JsonSerializable(typeof(OzorVideo))]
[JsonSerializable(typeof(OzorVideoList))]
[JsonSerializable(typeof(OzorJob))]
[JsonSerializable(typeof(OzorExport))]
[JsonSerializable(typeof(OzorExportOrder))]
[JsonSerializable(typeof(OzorToolTrace))]
[JsonSerializable(typeof(OzorVideoRequest))]
[JsonSerializable(typeof(OzorMessageRequest))]
[JsonSerializable(typeof(OzorMediaItem))]
internal sealed partial class OzorVideosJson : JsonSerializerContext;

using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(FlexibleTimeConverter)])]
[JsonSerializable(typeof(OzorVoiceList))]
[JsonSerializable(typeof(OzorPlanEnvelope))]
[JsonSerializable(typeof(OzorPlan))]
[JsonSerializable(typeof(OzorApiKey[]))]
[JsonSerializable(typeof(OzorNewApiKey))]
[JsonSerializable(typeof(OzorKeyOrder))]
internal sealed partial class OzorDocumentsJson : JsonSerializerContext;

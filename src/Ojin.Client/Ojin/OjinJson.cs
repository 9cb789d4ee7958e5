using System.Text.Json.Serialization;
using Ojin.Json;

namespace Ojin;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(FlexibleTimeConverter)])]
[JsonSerializable(typeof(Page<ModelVariant>))]
[JsonSerializable(typeof(Page<ModelConfig>))]
[JsonSerializable(typeof(Page<Asset>))]
[JsonSerializable(typeof(AssetUpload))]
[JsonSerializable(typeof(SignedPart))]
[JsonSerializable(typeof(IdleVideoJob))]
[JsonSerializable(typeof(ModelConfigCreation))]
[JsonSerializable(typeof(ModelConfigUpdate))]
[JsonSerializable(typeof(AssetInitiation))]
[JsonSerializable(typeof(PartToSign))]
[JsonSerializable(typeof(AssetFinalization))]
[JsonSerializable(typeof(IdleVideoOrder))]
internal sealed partial class OjinJson : JsonSerializerContext;

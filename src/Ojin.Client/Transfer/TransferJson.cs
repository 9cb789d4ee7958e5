using System.Text.Json.Serialization;

namespace Ojin.Transfer;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UploadRecord))]
[JsonSerializable(typeof(DownloadRecord))]
internal sealed partial class TransferJson : JsonSerializerContext;

using System.Globalization;
using System.Text;
using System.Text.Json;
using Ojin.Json;
using Xunit;

namespace Ojin.Client.Tests.Json;

public sealed class FreeFormTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("{\"a\":null}")]
    [InlineData("{\"a\":[]}")]
    [InlineData("{\"a\":[1]}")]
    [InlineData("{\"a\":[[1]]}")]
    [InlineData("{\"a\":[null]}")]
    [InlineData("{\"a\":{\"b\":{\"c\":{\"d\":[{\"e\":true},{\"e\":false}]}}}}")]
    [InlineData("{\"z\":1,\"a\":2,\"m\":3}")]
    [InlineData("{\"name\":1,\"Name\":2,\"NAME\":3}")]
    [InlineData("{\"\":1}")]
    [InlineData("{\"a\":0}")]
    [InlineData("{\"a\":-1}")]
    [InlineData("{\"a\":2147483648}")]
    [InlineData("{\"a\":9223372036854775807}")]
    [InlineData("{\"a\":18446744073709551615}")]
    [InlineData("{\"a\":123456789012345678901234567890}")]
    [InlineData("{\"a\":1.5}")]
    [InlineData("{\"a\":1.0}")]
    [InlineData("{\"a\":1.10}")]
    [InlineData("{\"a\":0.1}")]
    [InlineData("{\"a\":3.141592653589793}")]
    [InlineData("{\"a\":0.12345678901234567890123456}")]
    [InlineData("{\"a\":\"2024-01-01T00:00:00Z\"}")]
    [InlineData("{\"a\":\"1.0\"}")]
    [InlineData("{\"a\":\"true\"}")]
    [InlineData("{\"a\":\"ü € 日本 \\\\ \\\" /\"}")]
    public void Json_comes_back_as_it_was(string json) => Assert.Equal(json, JsonMap.Parse(json).ToJson());

    [Theory]
    [InlineData("1e3")]
    [InlineData("1E-7")]
    [InlineData("-0")]
    [InlineData("-0.0")]
    [InlineData("1.7976931348623157E+308")]
    public void A_number_keeps_its_value(string digits)
    {
        var back = FreeForm.ToJson(FreeForm.Parse(Encoding.ASCII.GetBytes(digits)));

        Assert.Equal(double.Parse(digits, CultureInfo.InvariantCulture), double.Parse(back, CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}x")]
    [InlineData("[1]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{'a':1}")]
    public void What_is_no_object_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => JsonMap.Parse(json));

    [Fact]
    public void Deep_objects_come_back_as_they_were()
    {
        var json = string.Concat(Enumerable.Repeat("{\"a\":[", 30)) + "1" + string.Concat(Enumerable.Repeat("]}", 30));

        Assert.Equal(json, JsonMap.Parse(json).ToJson());
    }

    [Fact]
    public void What_contains_itself_is_refused()
    {
        var map = new JsonMap();
        map.Add("self", map);

        Assert.Throws<JsonException>(map.ToJson);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_json_has_no_form_for_is_refused(double value) => Assert.Throws<JsonException>(() => FreeForm.ToJson(value));

    [Fact]
    public void A_name_is_found_by_its_letters_and_else_without_regard_to_case()
    {
        var map = JsonMap.Parse("{\"name\":1,\"Name\":2}");

        Assert.Equal((1, 2, 1), (map["name"], map["Name"], map["NAME"]));
    }

    [Fact]
    public void Of_a_name_that_comes_twice_the_last_counts() => Assert.Equal("{\"a\":2}", JsonMap.Parse("{\"a\":1,\"a\":2}").ToJson());

    [Theory]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true)]
    [InlineData("{\"a\":1}", "{\"a\":1.0}", true)]
    [InlineData("{\"a\":1}", "{\"a\":\"1\"}", false)]
    [InlineData("{\"a\":1}", "{\"a\":true}", false)]
    [InlineData("{\"a\":null}", "{}", false)]
    [InlineData("{\"a\":[1,2]}", "{\"a\":[2,1]}", false)]
    [InlineData("{\"a\":12345678901234567890}", "{\"a\":12345678901234567891}", false)]
    public void Two_values_are_compared_as_json(string one, string other, bool same) => Assert.Equal(same, FreeForm.AreEqual(JsonMap.Parse(one), JsonMap.Parse(other)));

    [Theory]
    [InlineData("{\"a\":1,\"b\":{\"c\":1,\"d\":2}}", "{\"b\":{\"c\":9,\"e\":3},\"f\":null}", "{\"a\":1,\"b\":{\"c\":9,\"d\":2,\"e\":3},\"f\":null}")]
    [InlineData("{\"a\":[1,2,3]}", "{\"a\":[9]}", "{\"a\":[9]}")]
    [InlineData("{\"a\":{\"b\":1}}", "{\"a\":5}", "{\"a\":5}")]
    [InlineData("{\"a\":5}", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":1}}")]
    [InlineData("{\"Speed\":1}", "{\"speed\":2}", "{\"Speed\":2}")]
    public void Merging_goes_into_objects_and_replaces_the_rest(string there, string changes, string merged)
    {
        var original = JsonMap.Parse(there);

        Assert.Equal(merged, original.MergedWith(JsonMap.Parse(changes)).ToJson());
        Assert.Equal(there, original.ToJson());
    }

    [Theory]
    [InlineData("{\"a\":1}", "{\"a\":1}", "")]
    [InlineData("{\"a\":1}", "{\"a\":2}", "a: 1 -> 2")]
    [InlineData("{\"a\":{\"b\":1}}", "{\"a\":{}}", "a.b: - 1")]
    [InlineData("{}", "{\"a\":[1]}", "a: + [1]")]
    [InlineData("{\"a\":[{\"b\":1},2]}", "{\"a\":[{\"b\":3},2]}", "a[0].b: 1 -> 3")]
    [InlineData("{\"a\":[1]}", "{\"a\":[1,2]}", "a: [1] -> [1,2]")]
    [InlineData("{\"a\":null}", "{}", "a: - null")]
    public void A_difference_names_the_property(string before, string after, string told) =>
        Assert.Equal(told, string.Join("; ", JsonDifference.Between(JsonMap.Parse(before), JsonMap.Parse(after))));

    [Theory]
    [InlineData("\"2024-01-15T10:00:00Z\"", "2024-01-15T10:00:00+00:00")]
    [InlineData("\"2024-01-15T12:00:00+02:00\"", "2024-01-15T12:00:00+02:00")]
    [InlineData("\"2024-01-15T10:00:00\"", "2024-01-15T10:00:00+00:00")]
    [InlineData("1705312800", "2024-01-15T10:00:00+00:00")]
    [InlineData("1705312800.5", "2024-01-15T10:00:00.5+00:00")]
    [InlineData("1705312800000", "2024-01-15T10:00:00+00:00")]
    [InlineData("null", null)]
    [InlineData("\"\"", null)]
    public void A_time_is_read_in_each_format(string json, string? expected)
    {
        var asset = JsonSerializer.Deserialize("{\"asset_id\":\"a\",\"created_at\":" + json + "}", OjinJson.Default.Asset)!;

        Assert.Equal(expected is null ? (DateTimeOffset?)null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), asset.CreatedAt);
    }

    [Fact]
    public void A_field_that_nobody_knows_is_kept()
    {
        var asset = JsonSerializer.Deserialize("{\"asset_id\":\"a\",\"later\":{\"x\":[1.10]}}", OjinJson.Default.Asset)!;

        Assert.Equal("{\"later\":{\"x\":[1.10]}}", asset.AdditionalProperties.ToJson());
    }
}

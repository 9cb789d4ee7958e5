using Ojin.Http;
using Ojin.Json;
using Xunit;

namespace Ojin.Client.Tests.Aimp;

public sealed class AimpRunTests
{
    [Fact]
    public void The_body_has_the_contracts_fields_and_no_others()
    {
        var body = AimpRun.Body("demo-model", new JsonMap { ["text"] = "Hello" }, null, "playground", [], null);

        Assert.Equal("""{"model":"demo-model","mode":"execute","scope":"playground","input":{"text":"Hello"},"params":{}}""", body.ToJson());
    }

    [Theory]
    [InlineData("hardware_tier")]
    [InlineData("resources")]
    [InlineData("alias")]
    [InlineData("collection")]
    [InlineData("namespace")]
    public void What_the_platform_sets_is_refused_in_the_options(string name)
    {
        var error = Assert.Throws<OjinException>(() => AimpRun.Body("m", new JsonMap(), null, null, null, new JsonMap { [name] = "x" }));

        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"input":{}}""", "model")]
    [InlineData("""{"model":"","input":{}}""", "model")]
    [InlineData("""{"model":"m"}""", "input")]
    [InlineData("""{"model":"m","input":null}""", "input")]
    [InlineData("""{"model":"m","input":{},"params":null}""", "parameters")]
    [InlineData("""{"model":"m","input":{},"params":[1]}""", "parameters")]
    [InlineData("""{"model":"m","input":{},"parameters":{}}""", "params")]
    [InlineData("""{"model":"m","input":{},"Namespace":"n"}""", "namespace")]
    [InlineData("""{"model":"m","input":{},"scope":1}""", "scope")]
    [InlineData("""{"model":"m","input":{},"scope":null}""", "scope")]
    [InlineData("""{"model":"m","input":{},"mode":1}""", "mode")]
    [InlineData("""{"model":"m","input":{},"mode":"index"}""", "scope")]
    public void A_body_made_by_hand_is_held_to_the_contract(string json, string named) =>
        Assert.Contains(named, Assert.Throws<OjinException>(() => AimpRun.Check(JsonMap.Parse(json))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"model":"m","input":{"namespace":"n","parameters":1}}""")]
    [InlineData("""{"model":"m","input":{},"params":{"collection":"c"}}""")]
    [InlineData("""{"model":"m","input":"text","mode":"tomorrow","options":{"priority":1},"later":true}""")]
    public void What_belongs_to_the_model_and_what_may_come_is_left_alone(string json) => AimpRun.Check(JsonMap.Parse(json));

    [Theory]
    [InlineData("index")]
    [InlineData("search")]
    [InlineData("Search")]
    public void A_vector_mode_asks_for_a_scope(string mode) =>
        Assert.Contains("scope", Assert.Throws<OjinException>(() => AimpRun.Body("m", "x", mode, null, null, null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("a.b_c-D9")]
    public void A_scope_of_the_documented_letters_passes(string scope) => Assert.Equal(scope, AimpRun.Body("m", "x", "search", scope, null, null)["scope"]);

    [Fact]
    public void A_scope_of_64_letters_passes_and_one_of_65_does_not()
    {
        AimpRun.Body("m", "x", "search", new string('a', 64), null, null);
        Assert.Throws<OjinException>(() => AimpRun.Body("m", "x", "search", new string('a', 65), null, null));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-a")]
    [InlineData(".a")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("ä")]
    public void Any_other_scope_is_refused(string scope) => Assert.Throws<OjinException>(() => AimpRun.Body("m", "x", null, scope, null, null));
}

using Ojin.Client.Tests.Http;
using Ojin.Http;
using Xunit;

namespace Ojin.Client.Tests.Ozor;

/// <summary>An answer that was paid for is not lost to a detail in it.</summary>
public sealed class OzorPaidAnswerTests
{
    [Theory]
    [InlineData("\"gs://bucket/page_0.png\"")]
    [InlineData("\"/pages/0.png\"")]
    [InlineData("\"\"")]
    [InlineData("null")]
    [InlineData("{ \"href\": [1, 2] }")]
    public async Task A_picture_without_a_usable_address_spoils_no_plan(string url)
    {
        await using var server = new RawServer(RawAnswer.Json($$"""{ "plan": { "planId": "plan_1", "scenes": [{ "order": 1, "sceneTitle": "T", "scenePrompt": "P", "imageRefs": [{ "storagePath": "a/b.png", "url": {{url}} }, { "storagePath": "c.png", "url": "https://storage.example.com/c.png?sig=a%2Fb" }] }] } }"""));

        var plan = await Client(server).AnalyzeAsync(new OzorAnalysis { Url = "https://example.com" }, default);

        Assert.Equal(["a/b.png", "c.png"], plan.Scenes[0].ImageRefs.Select(image => image.StoragePath));
        Assert.Null(plan.Scenes[0].ImageRefs[0].Url);
        Assert.Equal("https://storage.example.com/c.png?sig=a%2Fb", plan.Scenes[0].ImageRefs[1].Url!.ToUri().AbsoluteUri);
    }

    [Theory]
    [InlineData("""{ "plan": { "planId": "plan_1", "scenes": 7 } }""")]
    [InlineData("""{ "planId": "plan_1", "creditsCost": "three" }""")]
    public async Task A_plan_that_cannot_be_read_is_told_by_its_id(string body)
    {
        await using var server = new RawServer(RawAnswer.Json(body));

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).AnalyzeAsync(new OzorAnalysis { Url = "https://example.com" }, default));

        Assert.Equal(ErrorCodes.InvalidAnswer, error.Code);
        Assert.True(error.OutcomeUnknown);
        Assert.Contains("plan_1", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Contains("not sent again", error.RecommendedAction, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData("ftp://example.com/x?sig=canary", "canary")]
    [InlineData("https://somebody:canary@example.com/x", "canary")]
    [InlineData("example.com", "nothing of it is secret")]
    public async Task An_address_that_cannot_be_used_is_told_without_what_may_be_secret(string url, string secret)
    {
        await using var server = new RawServer(RawAnswer.Json());

        var error = await Assert.ThrowsAsync<OjinException>(() => Client(server).AnalyzeAsync(new OzorAnalysis { Url = url }, default));

        Assert.Equal(ErrorCodes.InvalidArgument, error.Code);
        Assert.DoesNotContain(secret, error.Message + error.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_plan_that_would_go_over_the_limit_is_refused_before_it_is_read()
    {
        await using var server = new RawServer(RawAnswer.Json());
        var client = Client(server, creditLimit: 2);

        client.CheckCreditLimit(new OzorPlan { PlanId = "plan_1", CreditsCost = 2 });
        var error = Assert.Throws<OjinException>(() => client.CheckCreditLimit(new OzorPlan { PlanId = "plan_1", CreditsCost = 3 }));

        Assert.Equal(ErrorCodes.CreditLimit, error.Code);
        Assert.Contains("costs 3 credits", error.Message, StringComparison.Ordinal);
    }

    private static OzorClient Client(RawServer server, int? creditLimit = null) =>
        new(new HttpTransport(), new OzorSession("sk_live_0123456789abcdef0123456789abcdef", baseUri: server.Address.AbsoluteUri, creditLimit: creditLimit));
}

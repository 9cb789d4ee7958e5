using Ojin.Http;
using Xunit;

namespace Ojin.Client.Tests.Http;

public sealed class RedactionTests
{
    [Theory]
    [InlineData("key canary-key!+/= end", "key *** end")]
    [InlineData("key canary-key%21%2B%2F%3D end", "key *** end")]
    [InlineData("https://s3.example/a/b?X-Amz-Signature=1 end", "https://s3.example/a/b?*** end")]
    [InlineData("\"HTTP://S3.example/a?x=1\"", "\"HTTP://S3.example/a?***\"")]
    [InlineData("https:\\/\\/s3.example\\/a?x=1", "https:\\/\\/s3.example\\/a?***")]
    [InlineData("{\"token\":\"abc\",\"rawKey\": \"d\\\"e\",\"name\":\"n\"}", "{\"token\":\"***\",\"rawKey\": \"***\",\"name\":\"n\"}")]
    [InlineData("{\"base64\":\"AAAA", "{\"base64\":\"***\"")]
    [InlineData("sk_live_0123456789abcdef0123456789abcdef", "sk_live_***")]
    [InlineData("https://ozor.ai/plain", "https://ozor.ai/plain")]
    public void Secrets_leave_no_trace(string text, string expected) => Assert.Equal(expected, Redaction.Redact(text, ["canary-key!+/="]));

    [Theory]
    [InlineData("short", "…")]
    [InlineData("0123456789abcde", "…")]
    [InlineData("0123456789abcdef", "0123…")]
    [InlineData("sk_live_0123456789abcde", "…")]
    [InlineData("sk_live_0123456789abcdef", "sk_live_0123…")]
    public void A_hint_gives_little_away(string secret, string hint) => Assert.Equal(hint, Redaction.Hint(secret));

    [Fact]
    public void A_presigned_url_is_shown_without_its_query()
    {
        var url = new PresignedUrl(new Uri("https://s3.example/a%2Fb?X-Amz-Signature=canary"));

        Assert.Equal("https://s3.example/a%2Fb?***", url.ToString());
        Assert.Equal("https://s3.example/a%2Fb", url.Address);
        Assert.DoesNotContain("canary", System.Text.Json.JsonSerializer.Serialize(url), StringComparison.Ordinal);
        Assert.Equal("?X-Amz-Signature=canary", url.ToUri().Query);
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a\u001b[31mb", "a\\u001B[31mb")]
    [InlineData("a\r\nb\t", "a\\u000D\\u000Ab\\u0009")]
    [InlineData("\u202Egpj.exe", "\\u202Egpj.exe")]
    [InlineData("\u0085\u2028", "\\u0085\\u2028")]
    [InlineData("\ud83d\ude00 ü 日本", "\ud83d\ude00 ü 日本")]
    public void Control_characters_become_visible(string text, string expected) => Assert.Equal(expected, TextForDisplay.Escape(text));

    [Fact]
    public void Half_a_character_becomes_visible() => Assert.Equal("\\uD83D", TextForDisplay.Escape(new string((char)0xD83D, 1)));

    [Theory]
    [InlineData("https://user:secret@host/")]
    [InlineData("https://host/?key=secret")]
    [InlineData("https://host/#secret")]
    [InlineData("http://host/")]
    [InlineData("ftp://host/")]
    [InlineData("host")]
    [InlineData("")]
    public void An_address_that_is_none_is_refused(string address)
    {
        var error = Assert.Throws<OjinException>(() => new OjinSession("key-of-a-test", address));

        Assert.Equal(ErrorCodes.InvalidAddress, error.Code);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("two words")]
    [InlineData("line\nbreak")]
    [InlineData("schlüssel")]
    public void A_key_that_is_none_is_refused(string key) => Assert.Throws<OjinException>(() => new OjinSession(key));

    [Fact]
    public void A_session_shows_no_key()
    {
        var session = new OjinSession("canary-key-0123456789");

        Assert.DoesNotContain("canary-key", session + session.KeyHint + System.Text.Json.JsonSerializer.Serialize(session), StringComparison.Ordinal);
    }
}

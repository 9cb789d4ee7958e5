using Ojin.Http;

namespace Ojin.Conventions.Tests;

/// <summary>What is told about errors.</summary>
public sealed class ErrorTests
{
    [Fact]
    public void Every_code_is_on_the_page_about_errors()
    {
        var page = File.ReadAllText(Path.Combine(House.Root, "docs", "en-US", "about_Ojin_Errors.md"));

        House.Expect("Name the code in docs/en-US/about_Ojin_Errors.md:", typeof(ErrorCodes).GetFields()
            .Where(field => field.IsLiteral)
            .Select(field => (string)field.GetRawConstantValue()!)
            .Where(code => !page.Contains(code, StringComparison.Ordinal)));
    }
}

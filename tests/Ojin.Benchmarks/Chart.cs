using System.Globalization;
using System.Text;

namespace Ojin.Benchmarks;

/// <summary>Bars of the seconds that each contender took; the slowest of a case is as wide as the chart.</summary>
internal sealed class Chart(Report report, IReadOnlyList<Case> cases)
{
    private const int Width = 760;
    private const int Left = 150;
    private const int Widest = 500;
    private const int Row = 20;

    private static readonly (string Name, string Colour)[] Shown =
        [(Bench.Cmdlet, "#0969da"), (Bench.LimitName, "#8c959f"), (Bench.LimitNoMd5, "#c0c7ce"), (Bench.Server, "#d8dee4"), (Bench.Script, "#e16f24")];

    public string Draw()
    {
        var body = new StringBuilder();
        var y = 30;
        foreach (var made in cases.Where(made => made.Key is not "start" and not "first"))
        {
            var bars = Shown.Select(shown => (shown.Name, shown.Colour, Seconds: report.Seconds(made.Id, shown.Name))).Where(bar => bar.Seconds is not null).ToArray();
            var most = bars.Max(bar => bar.Seconds!.Value);
            Text(body, 10, y, $"{report.Title(made)}, seconds", "font-weight=\"bold\"");
            foreach (var (name, colour, seconds) in bars)
            {
                y += Row;
                var width = Math.Max(1, seconds!.Value / most * Widest);
                Text(body, Left - 8, y, name, "text-anchor=\"end\"");
                body.AppendLine(CultureInfo.InvariantCulture, $"<rect x=\"{Left}\" y=\"{y - 12}\" width=\"{width:0.0}\" height=\"15\" fill=\"{colour}\"/>");
                Text(body, Left + width + 6, y, seconds.Value.ToString("0.00", CultureInfo.InvariantCulture), "");
            }

            y += 2 * Row;
        }

        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Width}" height="{y}" viewBox="0 0 {Width} {y}" font-family="sans-serif" font-size="13" fill="#1f2328">
            <title>Seconds for each case; less is better</title>
            <rect width="{Width}" height="{y}" fill="#ffffff"/>
            {body}</svg>

            """.ReplaceLineEndings("\n");
    }

    private static void Text(StringBuilder body, double x, int y, string text, string how) =>
        body.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{x:0.0}\" y=\"{y}\" {how}>{text}</text>");
}

using System.Text.Json;

namespace Ojin.Emulator;

/// <summary>The control API: what a test in another process reads and sets.</summary>
internal sealed class ControlService(EmulatorHost host)
{
    private const string Code = "EMULATOR_CONTROL";

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            await DispatchAsync(context, Wire.Segments(context));
        }
        catch (RefusalException refusal)
        {
            await Wire.WriteJsonAsync(context, refusal.Status, new Dictionary<string, string> { ["code"] = refusal.Code, ["message"] = refusal.Message });
        }
        catch (Exception problem) when (problem is JsonException or FormatException && !context.Response.HasStarted)
        {
            await Wire.WriteJsonAsync(context, 400, new Dictionary<string, string> { ["code"] = Code, ["message"] = problem.Message });
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException or BadHttpRequestException)
        {
            context.Abort();
        }
        catch (Exception problem) when (!context.Response.HasStarted)
        {
            await Wire.WriteJsonAsync(context, 500, new Dictionary<string, string> { ["code"] = "EMULATOR_BUG", ["message"] = problem.ToString() });
        }
    }

    private async Task DispatchAsync(HttpContext context, string[] path)
    {
        switch (context.Request.Method, path)
        {
            case ("GET", ["info"]):
                await Wire.WriteJsonAsync(context, 200, host.Info());
                break;
            case ("POST", ["reset"]):
                host.Reset();
                context.Response.StatusCode = 204;
                break;
            case ("GET", ["requests"]):
                await GetRequestsAsync(context);
                break;
            case ("DELETE", ["requests"]):
                host.Requests.Clear();
                context.Response.StatusCode = 204;
                break;
            case ("GET", ["violations"]):
                await Wire.WriteJsonAsync(context, 200, host.Requests.Violations);
                break;
            case ("GET", ["faults"]):
                await Wire.WriteJsonAsync(context, 200, host.Faults.All);
                break;
            case ("POST", ["faults"]):
                await AddFaultAsync(context);
                break;
            case ("DELETE", ["faults"]):
                host.Faults.Clear();
                context.Response.StatusCode = 204;
                break;
            case ("GET", ["link"]):
                await Wire.WriteJsonAsync(context, 200, host.Link);
                break;
            case ("PUT", ["link"]):
                host.Link = await ReadAsync<LinkOptions>(context);
                await Wire.WriteJsonAsync(context, 200, host.Link);
                break;
            case ("PUT", ["recording"]):
                host.Requests.RecordBodies = (await ReadAsync<RecordingOptions>(context)).RecordBodies;
                context.Response.StatusCode = 204;
                break;
            case (_, ["state", var name, .. var rest]) when host.Services.TryGetValue(name, out var service):
                await service.HandleControlAsync(context, rest);
                break;
            default:
                throw Wire.NoSuchControl(context);
        }
    }

    /// <summary>
    /// The log. With <c>count</c> it waits until that many requests match (and are finished, with <c>finished=true</c>),
    /// at most <c>timeoutMs</c>.
    /// </summary>
    private async Task GetRequestsAsync(HttpContext context)
    {
        var query = Wire.Query(context, Code, "service", "method", "path", "count", "finished", "timeoutMs");
        var count = Wire.IntegerParameter(query, "count", 0, 0, int.MaxValue, Code);
        var timeout = Wire.IntegerParameter(query, "timeoutMs", 30_000, 0, 600_000, Code);
        var finished = query.GetValueOrDefault("finished") == "true";

        RecordedRequest[] Find() =>
        [
            .. host.Requests.Find(query.GetValueOrDefault("service"), query.GetValueOrDefault("method"), query.GetValueOrDefault("path"))
                .Where(request => !finished || request.Finished),
        ];

        if (count > 0)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, host.Stopping);
            limit.CancelAfter(timeout);
            try
            {
                await host.Requests.WaitAsync(_ => Find().Length >= count, limit.Token);
            }
            catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
            {
                // What there is after the time is the answer.
            }
        }

        await Wire.WriteJsonAsync(context, 200, Find());
    }

    private async Task AddFaultAsync(HttpContext context)
    {
        var rule = host.Faults.Add(await ReadAsync<FaultRule>(context));
        await Wire.WriteJsonAsync(context, 201, rule);
    }

    private static async Task<T> ReadAsync<T>(HttpContext context)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Wire.Json, context.RequestAborted)
                ?? throw new RefusalException(400, Code, "The body is null.");
        }
        catch (JsonException problem)
        {
            throw new RefusalException(400, Code, problem.Message);
        }
    }

    private sealed record RecordingOptions(bool RecordBodies);
}

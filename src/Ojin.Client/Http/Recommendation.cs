using System.Globalization;

namespace Ojin.Http;

/// <summary>What to do about a refusal, by service, status and code.</summary>
internal static class Recommendation
{
    public static string For(ServiceRequest request, int status, string code, TimeSpan? retryAfter)
    {
        if (request.Service == OjinService.Agents)
        {
            return code switch
            {
                "agent_not_found" => "Check the agent's id; an agent that this caller may not see looks the same.",
                "agent_unpublished" => "Publish the agent, then start the session again.",
                "auth_failed" => "Give -Origin with a host that the agent allows, or allow * for calls without an origin.",
                "concurrency_limit" => retryAfter is { } wait
                    ? string.Create(CultureInfo.InvariantCulture, $"All of the agent's sessions are in use. Try again in {wait.TotalSeconds:0} s, or raise the agent's limit.")
                    : "All of the agent's sessions are in use. Try again later, or raise the agent's limit.",
                "room_creation_failed" or "orchestrator_error" or "internal_error" => "The service failed. It was not sent again, because a session may have been started; try again in a while.",
                _ => General(request, status, retryAfter),
            };
        }
        // The contract wants titles unique and names no status or code for one that is taken.
        return request.Service == OjinService.Ojin && status is 400 or 409 or 422 && request.Method != HttpMethod.Get && Names(request, "/model-configs")
            ? "Correct what the message names. If the title is taken, give another one, or change the configuration that has it: Get-OjinModelConfig -Title finds it, Set-OjinModelConfig changes it."
            : General(request, status, retryAfter);
    }

    private static string General(ServiceRequest request, int status, TimeSpan? retryAfter) => status switch
    {
        400 or 422 => "Correct what the message names, and run the command again.",
        401 => request.Service switch
        {
            OjinService.Ojin => "Check the key: run Connect-Ojin with a valid one, or set OJIN_API_KEY.",
            OjinService.Ozor => "Check the key or token: run Connect-Ozor with a valid -ApiKey (for key management -FirebaseToken), or set OZOR_API_KEY (OZOR_FIREBASE_TOKEN).",
            OjinService.Aimp => "Check the key: run Connect-Aimp with a valid one, or set AIMP_API_KEY.",
            _ => "Check the credentials.",
        },
        402 => request.Service == OjinService.Ozor
            ? "Buy credits in Ozor's dashboard; Measure-OzorCost tells what a step costs. Nothing was charged."
            : "Check the balance with Get-AimpWallet. Nothing was sent again.",
        403 => request.Service == OjinService.Storage
            ? "The storage refused the signed URL. Run the command again; if it happens again, check this machine's clock."
            : "The key is valid, but not for this. Use the key of the account that owns it.",
        404 => Missing(request),
        409 => "It conflicts with what is there. Look at the details, and change one of the two.",
        413 => "Send less at a time.",
        429 => retryAfter is { } wait
            ? string.Create(CultureInfo.InvariantCulture, $"The service asks to wait {wait.TotalSeconds:0} s. Run the command again after that.")
            : "The service asks to slow down. Run the command again in a while.",
        >= 300 and < 400 => "Check the session's address: give the one that the service itself has.",
        >= 500 => "The service failed. Try again in a while.",
        _ => "Look at the message, and run the command again.",
    };

    private static string Missing(ServiceRequest request) => request.Service switch
    {
        OjinService.Ojin when Names(request, "/model-configs/") => "Check that it is the id of a configuration; Get-OjinModelConfig lists those that there are.",
        OjinService.Ojin when Names(request, "/model-variants/") || Names(request, "/model-configs") => "Check the id of the variant; Get-OjinModelVariant lists those that there are.",
        OjinService.Ojin when Names(request, "/assets/") => "Check that it is the id of an asset; Get-OjinAsset lists those that there are.",
        OjinService.Ozor when Names(request, "/plans/") => "Check the plan's id, which New-OzorPlan returned; the service has no list of plans.",
        OjinService.Ozor when Names(request, "/jobs/") => "Check both ids, which Start-OzorVideo or Send-OzorMessage returned; Get-OzorVideo lists the videos of this account.",
        OjinService.Ozor when Names(request, "/conversations/") => "Check both ids: Get-OzorVideo lists the videos of this account; the id of a conversation is in no answer of the service, and comes from the web editor.",
        OjinService.Ozor => "Check the id; Get-OzorVideo lists the videos of this account.",
        OjinService.Aimp => "Check the name; Get-AimpModel lists the models.",
        _ => "Check the address.",
    };

    private static bool Names(ServiceRequest request, string part) => request.Path.Contains(part, StringComparison.Ordinal);
}

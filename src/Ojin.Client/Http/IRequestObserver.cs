namespace Ojin.Http;

/// <summary>Is told what leaves and what comes back. Everything it is given is redacted.</summary>
public interface IRequestObserver
{
    /// <summary>Whether lines are wanted; redacting them costs time.</summary>
    bool WantsRequests => true;

    /// <summary>Whether bodies are wanted; putting them together costs time.</summary>
    bool WantsBodies { get; }

    /// <summary>One line for each try: method, path, status, time, number of the try.</summary>
    void OnRequest(string line);

    /// <summary>A body, redacted and cut to a readable length.</summary>
    void OnBody(string text);
}

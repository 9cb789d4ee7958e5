namespace Ojin.Http;

/// <summary>
/// The codes of errors that no service sent: the module's own, and those for a status without a code. They are the
/// first half of a FullyQualifiedErrorId, and so stay as they are.
/// </summary>
public static class ErrorCodes
{
    /// <summary>400 without a code of the service's own.</summary>
    public const string BadRequest = "BAD_REQUEST";

    /// <summary>401 without a code of the service's own.</summary>
    public const string Unauthorized = "UNAUTHORIZED";

    /// <summary>402 without a code of the service's own.</summary>
    public const string PaymentRequired = "PAYMENT_REQUIRED";

    /// <summary>403 without a code of the service's own.</summary>
    public const string Forbidden = "FORBIDDEN";

    /// <summary>404 without a code of the service's own.</summary>
    public const string NotFound = "NOT_FOUND";

    /// <summary>409 without a code of the service's own.</summary>
    public const string Conflict = "CONFLICT";

    /// <summary>429 without a code of the service's own.</summary>
    public const string TooManyRequests = "TOO_MANY_REQUESTS";

    /// <summary>5xx without a code of the service's own.</summary>
    public const string ServerError = "SERVER_ERROR";

    /// <summary>Any other status without a code of the service's own.</summary>
    public const string HttpError = "HTTP_ERROR";

    /// <summary>A redirect, which is never followed.</summary>
    public const string Redirected = "REDIRECTED";

    /// <summary>No connection could be made: nothing was sent.</summary>
    public const string ConnectionFailed = "CONNECTION_FAILED";

    /// <summary>The connection broke on the way.</summary>
    public const string ConnectionLost = "CONNECTION_LOST";

    /// <summary>No answer within the time allowed.</summary>
    public const string AnswerTimeout = "ANSWER_TIMEOUT";

    /// <summary>A request that charges or creates has left, and what became of it is not known.</summary>
    public const string OutcomeUnknown = "OUTCOME_UNKNOWN";

    /// <summary>The answer is not what the contract promises: no JSON, cut short, or without a field it must have.</summary>
    public const string InvalidAnswer = "INVALID_ANSWER";

    /// <summary>The answer is larger than any that makes sense.</summary>
    public const string AnswerTooLarge = "ANSWER_TOO_LARGE";

    /// <summary>There is no key, token or address to work with.</summary>
    public const string NotConnected = "NOT_CONNECTED";

    /// <summary>An address that is not https, or that a credential must not go to.</summary>
    public const string InvalidAddress = "INVALID_ADDRESS";

    /// <summary>A value that the contract forbids; nothing was sent.</summary>
    public const string InvalidArgument = "INVALID_ARGUMENT";

    /// <summary>There is no such file.</summary>
    public const string FileNotFound = "FILE_NOT_FOUND";

    /// <summary>A file or folder that cannot be used as it is asked: empty, unreadable, a folder, too large, there already.</summary>
    public const string FileUnusable = "FILE_UNUSABLE";

    /// <summary>A file that changed while it was being sent.</summary>
    public const string FileChanged = "FILE_CHANGED";

    /// <summary>The bytes that arrived are not the bytes that were sent.</summary>
    public const string IntegrityFailed = "INTEGRITY_FAILED";

    /// <summary>A wait that ran out of time.</summary>
    public const string WaitTimeout = "WAIT_TIMEOUT";

    /// <summary>A job, an export or a plan that the service ended as failed.</summary>
    public const string JobFailed = "JOB_FAILED";

    /// <summary>The session's credit limit would be passed; nothing was sent.</summary>
    public const string CreditLimit = "CREDIT_LIMIT";

    /// <summary>The code for a status whose answer brought none.</summary>
    public static string ForStatus(int status) => status switch
    {
        400 or 422 => BadRequest,
        401 => Unauthorized,
        402 => PaymentRequired,
        403 => Forbidden,
        404 => NotFound,
        409 => Conflict,
        429 => TooManyRequests,
        >= 300 and < 400 => Redirected,
        >= 500 => ServerError,
        _ => HttpError,
    };
}

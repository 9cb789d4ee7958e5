using System.Management.Automation;
using Ojin.Http;

namespace Ojin.PowerShell.Pipeline;

/// <summary>Makes the error record of any failure: stable id, fitting category, the input as target, what to do next.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord From(Exception exception, object? target)
    {
        if (exception is not OjinException known)
        {
            return exception is IContainsErrorRecord { ErrorRecord: { } inner }
                ? new ErrorRecord(inner, exception)
                : new ErrorRecord(exception, "UNEXPECTED", ErrorCategory.NotSpecified, target)
                {
                    ErrorDetails = new ErrorDetails(exception.Message) { RecommendedAction = "This is a fault of the module. Look whether the command had its effect before you run it again, and report it with what -Debug shows: https://github.com/ojin-powershell/ojin-powershell/issues." },
                };
        }
        var record = new ErrorRecord(known, known.Code, CategoryOf(known), known.LastState ?? target)
        {
            // The error view shows the recommended action on a line of its own.
            ErrorDetails = new ErrorDetails(known.Message) { RecommendedAction = known.RecommendedAction },
        };
        record.CategoryInfo.Reason = nameof(OjinException);
        return record;
    }

    private static ErrorCategory CategoryOf(OjinException exception) => exception.Code switch
    {
        ErrorCodes.WaitTimeout or ErrorCodes.AnswerTimeout => ErrorCategory.OperationTimeout,
        ErrorCodes.JobFailed => ErrorCategory.OperationStopped,
        ErrorCodes.CreditLimit => ErrorCategory.QuotaExceeded,
        ErrorCodes.NotConnected => ErrorCategory.AuthenticationError,
        ErrorCodes.InvalidArgument or ErrorCodes.InvalidAddress => ErrorCategory.InvalidArgument,
        ErrorCodes.FileNotFound => ErrorCategory.ObjectNotFound,
        ErrorCodes.FileUnusable => ErrorCategory.InvalidData,
        ErrorCodes.FileChanged or ErrorCodes.IntegrityFailed or ErrorCodes.InvalidAnswer or ErrorCodes.AnswerTooLarge => ErrorCategory.InvalidData,
        _ => exception.StatusCode switch
        {
            400 or 422 => ErrorCategory.InvalidArgument,
            401 => ErrorCategory.AuthenticationError,
            402 => ErrorCategory.QuotaExceeded,
            403 => ErrorCategory.PermissionDenied,
            404 => ErrorCategory.ObjectNotFound,
            409 => ErrorCategory.ResourceExists,
            429 => ErrorCategory.LimitsExceeded,
            >= 500 => ErrorCategory.ResourceUnavailable,
            >= 300 and < 400 => ErrorCategory.InvalidOperation,
            null => ErrorCategory.ConnectionError,
            _ => ErrorCategory.InvalidResult,
        },
    };
}

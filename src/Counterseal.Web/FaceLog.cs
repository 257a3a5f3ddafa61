using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Counterseal.Web;

/// <summary>What the faces log: the route's pattern, never the path; the type of a fault and where it arose, never its message.</summary>
internal static partial class FaceLog
{
    /// <summary>Logs one request and turns a fault into a page with a number that stands in the log.</summary>
    public static async Task Around(HttpContext http, RequestDelegate next, Face face, ILogger logger, Frame frame)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The other side went away; there is nobody to answer.
        }
        catch (BadHttpRequestException bad) when (!http.Response.HasStarted)
        {
            await Answer(http, frame, bad.StatusCode, reader => (reader.Say("problem.unreadable"), reader.Say("problem.unreadable.what"), null));
        }
        catch (Exception fault) when (!http.Response.HasStarted)
        {
            Fault(logger, fault.GetType().FullName ?? "?", http.TraceIdentifier, fault.StackTrace ?? "");
            await Answer(http, frame, 500, reader => (reader.Say("problem.fault"), reader.Say("problem.fault.what"), reader.Say("problem.fault.next", ("number", http.TraceIdentifier))));
        }
        finally
        {
            var pattern = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "none";
            Request(logger, face, Method(http.Request.Method), pattern, http.Response.StatusCode, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    [LoggerMessage(1001, LogLevel.Information, "{Face} {Method} {Route} {Status} in {Milliseconds:0.0} ms")]
    private static partial void Request(ILogger logger, Face face, string method, string route, int status, double milliseconds);

    [LoggerMessage(1002, LogLevel.Error, "{Fault} while answering {Request}, at {Place}")]
    private static partial void Fault(ILogger logger, string fault, string request, string place);

    /// <summary>Somebody's code or passkey opened nothing.</summary>
    [LoggerMessage(1003, LogLevel.Warning, "A sign-in was refused")]
    public static partial void SignInRefused(ILogger logger);

    /// <summary>Somebody signed in.</summary>
    [LoggerMessage(1004, LogLevel.Information, "A sign-in with {Way}")]
    public static partial void SignedIn(ILogger logger, string way);

    /// <summary>A submission was taken or refused.</summary>
    [LoggerMessage(1005, LogLevel.Information, "A submission of {Bytes} bytes: {Outcome}, {Faults} faults")]
    public static partial void Submitted(ILogger logger, long bytes, string outcome, int faults);

    /// <summary>A report of a vulnerability was taken.</summary>
    [LoggerMessage(1006, LogLevel.Information, "A report of {Bytes} bytes was sealed and taken")]
    public static partial void Reported(ILogger logger, long bytes);

    private static async Task Answer(HttpContext http, Frame frame, int status, Func<Reader, (string Title, string What, string? Next)> say)
    {
        http.Response.Clear();
        SecurityHeaders.Set(http.Response.Headers, frame.Face, http.Request.IsHttps);
        var (title, what, next) = say(http.RequestServices.GetRequiredService<Reader>());
        await FacePage.Problem(frame, status, title, what, next).ExecuteAsync(http);
    }

    private static string Method(string method) =>
        HttpMethods.IsGet(method) ? "GET" : HttpMethods.IsHead(method) ? "HEAD" : HttpMethods.IsPost(method) ? "POST" : "other";
}

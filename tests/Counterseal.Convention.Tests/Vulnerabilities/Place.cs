using System.Diagnostics;

namespace Counterseal.Convention.Tests.Vulnerabilities;

/// <summary>The checkout, and programs that are not ours.</summary>
internal static class Place
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "counterseal.slnx")))
                return folder.FullName;
        throw new InvalidOperationException($"no counterseal.slnx above {AppContext.BaseDirectory}");
    }

    /// <summary>Runs a program; <c>null</c> where it is not there.</summary>
    public static async Task<(int Code, byte[] Output, string Error)?> Run(string program, string[] arguments, byte[] input, string? folder = null)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder ?? "", RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            using var output = new MemoryStream();
            var read = process.StandardOutput.BaseStream.CopyToAsync(output);
            var error = process.StandardError.ReadToEndAsync();
            try
            {
                await process.StandardInput.BaseStream.WriteAsync(input);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended before it read everything; its exit code says why.
            }
            await Task.WhenAll(read, error, process.WaitForExitAsync());
            return (process.ExitCode, output.ToArray(), await error);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}

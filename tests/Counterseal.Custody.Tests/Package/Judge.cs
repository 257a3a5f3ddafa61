using System.Diagnostics;

namespace Counterseal.Custody.Tests;

/// <summary>A program that is not ours, asked for its opinion.</summary>
internal static class Judge
{
    /// <summary>Runs a program; null where it is not on this machine.</summary>
    public static (int Exit, byte[] Output, string Error)? Ask(string program, string[] arguments, byte[]? input = null, string? folder = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
        using (process)
        {
            var error = process.StandardError.ReadToEndAsync();
            var feed = Task.Run(() =>
            {
                try
                {
                    process.StandardInput.BaseStream.Write(input);
                    process.StandardInput.Close();
                }
                catch (IOException)
                {
                    // The program ended before it read everything; its exit code says why.
                }
            });
            using var output = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(output);
            feed.Wait();
            process.WaitForExit();
            return (process.ExitCode, output.ToArray(), error.Result);
        }
    }

    /// <summary>The root of the repository, where the solution is.</summary>
    public static string Root
    {
        get
        {
            for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            {
                if (File.Exists(Path.Combine(folder, "counterseal.slnx")))
                    return folder;
            }
            throw new DirectoryNotFoundException("counterseal.slnx is in no folder above the tests");
        }
    }
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class Scratch : IDisposable
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("counterseal-").FullName;

    public string this[string name] => Path.Combine(Folder, name);

    public string Write(string name, ReadOnlySpan<byte> bytes)
    {
        File.WriteAllBytes(this[name], bytes);
        return this[name];
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Counterseal.Watch;

/// <summary>Compiles one comparison into a test of one object (STIX 2.1, 9.6 and 9.7).</summary>
internal static class PropertyMatcher
{
    /// <summary>A test of one object of an observation; a MATCHES that ran out of time is noted.</summary>
    public delegate bool Test(Observation observation, ObservedObject o, List<string> problems);

    private delegate bool ValueTest(in Reached value, List<string> problems);

    /// <summary>What a path reached: JSON, or bytes where the property's name ends in <c>_bin</c> or <c>_hex</c> (STIX 2.1, 2.1 and 2.8).</summary>
    private readonly record struct Reached(JsonElement Json, byte[]? Bytes);

    public static Test Compile(ComparisonExpression comparison)
    {
        switch (comparison)
        {
            case ComparisonAnd and:
                var all = and.Parts.Select(Compile).ToArray();
                return (observation, o, problems) =>
                {
                    foreach (var test in all)
                        if (!test(observation, o, problems)) return false;
                    return true;
                };
            case ComparisonOr or:
                var any = or.Parts.Select(Compile).ToArray();
                return (observation, o, problems) =>
                {
                    foreach (var test in any)
                        if (test(observation, o, problems)) return true;
                    return false;
                };
            default:
                return One((PropertyTest)comparison);
        }
    }

    private static Test One(PropertyTest test)
    {
        var type = test.Path.Type;
        var steps = test.Path.Steps.ToArray();
        if (test.Operator == ComparisonOperator.Exists)
        {
            ValueTest there = static (in _, _) => true;
            return (observation, o, problems) => o.Type == type && Walk(observation, o.Properties, steps, 0, there, problems) != test.Negated;
        }

        var holds = Value(test);
        ValueTest asked = test.Negated ? (in value, problems) => !holds(value, problems) : holds;
        return (observation, o, problems) => o.Type == type && Walk(observation, o.Properties, steps, 0, asked, problems);
    }

    /// <summary>Follows the path; true as soon as one of the values that it reaches passes. A path that reaches nothing passes nothing.</summary>
    private static bool Walk(Observation observation, JsonElement at, PathStep[] steps, int step, ValueTest test, List<string> problems)
    {
        if (step == steps.Length)
            return at.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) && test(new(at, Bytes(at, steps)), problems);
        if (step > 0 && IsReference(steps, step) && JsonText.Of(at) is { } id && observation.Find(id) is { } referred)
            at = referred.Properties;
        switch (steps[step])
        {
            case KeyStep key:
                if (at.ValueKind != JsonValueKind.Object) return false;
                if (step > 0 && steps[step - 1] is KeyStep { Name: "hashes" })
                {
                    foreach (var entry in at.EnumerateObject())
                        if (HashName.Same(entry.Name, key.Name) && Walk(observation, entry.Value, steps, step + 1, test, problems)) return true;
                    return false;
                }

                return at.TryGetProperty(key.Name, out var inner) && Walk(observation, inner, steps, step + 1, test, problems);
            case IndexStep index:
                return at.ValueKind == JsonValueKind.Array && index.Index < at.GetArrayLength() && Walk(observation, at[index.Index], steps, step + 1, test, problems);
            default:
                if (at.ValueKind == JsonValueKind.Array)
                {
                    foreach (var item in at.EnumerateArray())
                        if (Walk(observation, item, steps, step + 1, test, problems)) return true;
                }
                else if (at.ValueKind == JsonValueKind.Object)
                {
                    foreach (var entry in at.EnumerateObject())
                        if (Walk(observation, entry.Value, steps, step + 1, test, problems)) return true;
                }

                return false;
        }
    }

    /// <summary>References are strings in properties whose names end in <c>_ref</c>, or items of lists whose names end in <c>_refs</c> (9.7.4).</summary>
    private static bool IsReference(PathStep[] steps, int step) => steps[step - 1] switch
    {
        KeyStep key => key.Name.EndsWith("_ref", StringComparison.Ordinal),
        _ => step > 1 && steps[step - 2] is KeyStep list && list.Name.EndsWith("_refs", StringComparison.Ordinal),
    };

    private static byte[]? Bytes(JsonElement at, PathStep[] steps)
    {
        if (steps[^1] is not KeyStep key || !(key.Name.EndsWith("_hex", StringComparison.Ordinal) || key.Name.EndsWith("_bin", StringComparison.Ordinal)) || JsonText.Of(at) is not { } text) return null;
        try
        {
            return key.Name.EndsWith("_hex", StringComparison.Ordinal) ? Convert.FromHexString(text) : Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static ValueTest Value(PropertyTest test)
    {
        var same = SameFor(test.Path);
        switch (test.Operator)
        {
            case ComparisonOperator.Equal:
                var constant = test.Values[0];
                return (in value, _) => same(value, constant);
            case ComparisonOperator.NotEqual:
                var other = test.Values[0];
                return (in value, _) => !same(value, other);
            case ComparisonOperator.In:
                return InSet(test, same);
            case ComparisonOperator.Like:
                var like = ((TextConstant)test.Values[0]).Value;
                return (in value, _) => Text(value) is { } text && Like(text, like);
            case ComparisonOperator.Matches:
                var pcre = ((TextConstant)test.Values[0]).Value;
                var regex = RegularExpression.Compile(pcre);
                return (in value, problems) => Text(value) is { } text && Matches(regex, pcre, text, problems);
            case ComparisonOperator.IsSubset or ComparisonOperator.IsSuperset:
                if (!Network.TryParse(((TextConstant)test.Values[0]).Value, out var network)) throw new InvalidOperationException("The parser lets no other text through.");
                var subset = test.Operator == ComparisonOperator.IsSubset;
                return (in value, _) => JsonText.Of(value.Json) is { } text && Network.TryParse(text, out var met) && (subset ? network.Holds(met) : met.Holds(network));
            default:
                var bound = test.Values[0];
                var op = test.Operator;
                return (in value, _) => Order(value, bound) is { } order && op switch
                {
                    ComparisonOperator.Less => order < 0,
                    ComparisonOperator.LessOrEqual => order <= 0,
                    ComparisonOperator.Greater => order > 0,
                    _ => order >= 0,
                };
        }
    }

    private delegate bool Sameness(in Reached value, Constant constant);

    private static ValueTest InSet(PropertyTest test, Sameness same)
    {
        // Long lists of plain text are common in feeds; everything else is compared one by one.
        if (test.Values.Count > 8 && test.Values[0] is TextConstant && !IgnoresCase(test.Path) && !IsAddress(test.Path) && test.Path.Steps[^1] is KeyStep key && !key.Name.EndsWith("_bin", StringComparison.Ordinal) && !key.Name.EndsWith("_hex", StringComparison.Ordinal))
        {
            var set = test.Values.Select(v => ((TextConstant)v).Value).ToHashSet(StringComparer.Ordinal);
            return (in value, _) => JsonText.Of(value.Json) is { } text && set.Contains(text);
        }

        var constants = test.Values.ToArray();
        return (in value, _) =>
        {
            foreach (var constant in constants)
                if (same(value, constant)) return true;
            return false;
        };
    }

    /// <summary>Hash values and domain names are the same in capitals, and an address is the same with its full prefix; the rest is compared as it stands (docs/watch.md).</summary>
    private static Sameness SameFor(ObjectPath path)
    {
        if (IgnoresCase(path)) return (in value, constant) => Same(value, constant, StringComparison.OrdinalIgnoreCase);
        if (IsAddress(path))
            return (in value, constant) => Same(value, constant, StringComparison.Ordinal)
                || (constant is TextConstant text && JsonText.Of(value.Json) is { } met && Network.TryParse(text.Value, out var a) && Network.TryParse(met, out var b) && a == b);
        return (in value, constant) => Same(value, constant, StringComparison.Ordinal);
    }

    private static bool IgnoresCase(ObjectPath path) =>
        path.Steps.Count > 1 && path.Steps[^2] is KeyStep { Name: "hashes" } || (path.Type == "domain-name" && path.Steps is [KeyStep { Name: "value" }]);

    private static bool IsAddress(ObjectPath path) => path.Steps[^1] is KeyStep { Name: "value" } && (path.Steps.Count > 1 || path.Type is "ipv4-addr" or "ipv6-addr");

    private static bool Same(in Reached value, Constant constant, StringComparison how) => constant switch
    {
        TextConstant text when value.Bytes is not null => Narrow(text.Value) is { } narrow && narrow.AsSpan().SequenceEqual(value.Bytes),
        TextConstant text => JsonText.Of(value.Json) is { } met && string.Equals(met, text.Value, how),
        TruthConstant truth => value.Json.ValueKind == (truth.Value ? JsonValueKind.True : JsonValueKind.False),
        _ => Order(value, constant) == 0,
    };

    /// <summary>Where the value stands to the constant, or <c>null</c> where the two have no order (9.6.1, 9.6.3).</summary>
    private static int? Order(in Reached value, Constant constant)
    {
        switch (constant)
        {
            case NumberConstant number:
                if (value.Json.ValueKind != JsonValueKind.Number) return null;
                return value.Json.TryGetDecimal(out var exact) ? exact.CompareTo(number.Value) : value.Json.GetDouble().CompareTo((double)number.Value);
            case TextConstant text when value.Bytes is not null:
                return Narrow(text.Value) is { } bytes ? value.Bytes.AsSpan().SequenceCompareTo(bytes) : null;
            case TextConstant text:
                return JsonText.Of(value.Json) is { } words ? CodePoints(words, text.Value) : null;
            case BytesConstant raw:
                if (JsonText.Of(value.Json) is not { } spelt) return null;
                return (value.Bytes ?? Narrow(spelt)) is { } met ? met.AsSpan().SequenceCompareTo(raw.Value.Span) : null;
            case TimeConstant time:
                return JsonText.Of(value.Json) is { } instant && StixTime.TryRead(instant, out var at) ? at.CompareTo(time.Value) : null;
            default:
                return null;
        }
    }

    /// <summary>Text as bytes, each code point one byte; <c>null</c> where one is above 255 (9.6.3).</summary>
    private static byte[]? Narrow(string text)
    {
        var bytes = new byte[text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] > 255) return null;
            bytes[i] = (byte)text[i];
        }

        return bytes;
    }

    /// <summary>Compares by code point (9.6.2), which UTF-16's own order does not do beyond U+FFFF.</summary>
    internal static int CodePoints(string a, string b)
    {
        var length = Math.Min(a.Length, b.Length);
        for (var i = 0; i < length; i++)
        {
            if (a[i] == b[i]) continue;
            var sa = char.IsSurrogate(a[i]);
            return sa != char.IsSurrogate(b[i]) ? sa ? 1 : -1 : a[i] - b[i];
        }

        return a.Length - b.Length;
    }

    /// <summary>What LIKE and MATCHES look at: text, or bytes as code points 0 to 255 (9.6.3).</summary>
    private static string? Text(in Reached value) =>
        value.Bytes is not null ? Encoding.Latin1.GetString(value.Bytes) : JsonText.Of(value.Json);

    private static bool Matches(Regex regex, string pcre, string text, List<string> problems)
    {
        try
        {
            return regex.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"MATCHES {PatternScanner.Quote(pcre)} took longer than {PatternLimits.Matching.TotalMilliseconds} ms over a value of {text.Length} characters and was counted as no match."));
            return false;
        }
    }

    /// <summary>LIKE over the whole value: % is any run of characters, _ is one code point; nothing escapes them (9.6.1). Linear in value times pattern at worst.</summary>
    internal static bool Like(string text, string like)
    {
        int t = 0, l = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (l < like.Length && like[l] == '%')
            {
                star = l++;
                mark = t;
            }
            else if (l < like.Length && like[l] == '_')
            {
                t += char.IsHighSurrogate(text[t]) && t + 1 < text.Length && char.IsLowSurrogate(text[t + 1]) ? 2 : 1;
                l++;
            }
            else if (l < like.Length && like[l] == text[t])
            {
                t++;
                l++;
            }
            else if (star >= 0)
            {
                l = star + 1;
                mark += char.IsHighSurrogate(text[mark]) && mark + 1 < text.Length && char.IsLowSurrogate(text[mark + 1]) ? 2 : 1;
                t = mark;
            }
            else
            {
                return false;
            }
        }

        while (l < like.Length && like[l] == '%') l++;
        return l == like.Length;
    }
}

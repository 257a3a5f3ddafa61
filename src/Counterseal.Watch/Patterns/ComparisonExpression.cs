namespace Counterseal.Watch;

/// <summary>What one object must say (STIX 2.1, 9.6).</summary>
public abstract record ComparisonExpression;

/// <summary><c>a AND b</c> about the same object.</summary>
/// <param name="Parts">Two or more.</param>
public sealed record ComparisonAnd(IReadOnlyList<ComparisonExpression> Parts) : ComparisonExpression;

/// <summary><c>a OR b</c>.</summary>
/// <param name="Parts">Two or more.</param>
public sealed record ComparisonOr(IReadOnlyList<ComparisonExpression> Parts) : ComparisonExpression;

/// <summary>One comparison of what a path reaches with constants (9.6.1).</summary>
/// <param name="Path">The path.</param>
/// <param name="Operator">How it is compared.</param>
/// <param name="Negated">NOT stands before the operator.</param>
/// <param name="Values">One constant; several or none for IN; none for EXISTS.</param>
public sealed record PropertyTest(ObjectPath Path, ComparisonOperator Operator, bool Negated, IReadOnlyList<Constant> Values) : ComparisonExpression;

/// <summary>The operators of STIX 2.1, 9.6.1.</summary>
public enum ComparisonOperator
{
    /// <summary><c>=</c></summary>
    Equal,

    /// <summary><c>!=</c></summary>
    NotEqual,

    /// <summary><c>&lt;</c></summary>
    Less,

    /// <summary><c>&lt;=</c></summary>
    LessOrEqual,

    /// <summary><c>&gt;</c></summary>
    Greater,

    /// <summary><c>&gt;=</c></summary>
    GreaterOrEqual,

    /// <summary><c>IN</c></summary>
    In,

    /// <summary><c>LIKE</c></summary>
    Like,

    /// <summary><c>MATCHES</c></summary>
    Matches,

    /// <summary><c>ISSUBSET</c></summary>
    IsSubset,

    /// <summary><c>ISSUPERSET</c></summary>
    IsSuperset,

    /// <summary><c>EXISTS</c></summary>
    Exists,
}

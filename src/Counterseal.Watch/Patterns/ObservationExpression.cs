namespace Counterseal.Watch;

/// <summary>What must be observed, in which order and time (STIX 2.1, 9.5). Not a <see cref="ComparisonExpression"/>, which looks at one object.</summary>
public abstract record ObservationExpression;

/// <summary><c>[ … ]</c>: one observation holds one object for which the comparison is true (9.5).</summary>
/// <param name="Comparison">What is compared.</param>
public sealed record ObservationTest(ComparisonExpression Comparison) : ObservationExpression;

/// <summary><c>a AND b</c>: all match, each on observations of its own (9.5.2).</summary>
/// <param name="Parts">Two or more.</param>
public sealed record ObservationAnd(IReadOnlyList<ObservationExpression> Parts) : ObservationExpression;

/// <summary><c>a OR b</c>: one of them matches (9.5.2).</summary>
/// <param name="Parts">Two or more.</param>
public sealed record ObservationOr(IReadOnlyList<ObservationExpression> Parts) : ObservationExpression;

/// <summary><c>a FOLLOWEDBY b</c>: all match on observations of their own, and none of a later part's is earlier than any of an earlier part's (9.5.2).</summary>
/// <param name="Parts">Two or more, in order.</param>
public sealed record FollowedBy(IReadOnlyList<ObservationExpression> Parts) : ObservationExpression;

/// <summary><c>a WITHIN x SECONDS</c> (9.5.1).</summary>
/// <param name="Inner">What is qualified.</param>
/// <param name="Window">The latest may be this much after the earliest.</param>
public sealed record Within(ObservationExpression Inner, TimeSpan Window) : ObservationExpression;

/// <summary><c>a START t STOP t</c> (9.5.1).</summary>
/// <param name="Inner">What is qualified.</param>
/// <param name="From">The first instant that counts.</param>
/// <param name="Until">The first that does not.</param>
public sealed record StartStop(ObservationExpression Inner, DateTimeOffset From, DateTimeOffset Until) : ObservationExpression;

/// <summary><c>a REPEATS x TIMES</c>: a AND a AND …, so at least x matches on different observations (9.5.1).</summary>
/// <param name="Inner">What is qualified.</param>
/// <param name="Times">One or more.</param>
public sealed record Repeats(ObservationExpression Inner, int Times) : ObservationExpression;

namespace Counterseal.Intake;

/// <summary>Something about a place in the original.</summary>
/// <param name="Line">From 1; <c>null</c> when the place has no line.</param>
/// <param name="Element">Element path or JSON pointer.</param>
/// <param name="Rule">The clause or rule concerned, e.g. <c>TS 103 120 V1.12.1, Core schema, type EndpointID</c>.</param>
/// <param name="What">What is wrong, one sentence.</param>
/// <param name="Next">What to do now.</param>
public sealed record Remark(int? Line, string Element, string Rule, string What, string Next);

namespace Counterseal.Watch;

/// <summary>That an indicator fits an event, and what is said of the indicator.</summary>
/// <param name="Indicator">The indicator's id in its feed.</param>
/// <param name="Field">The event's field that it fits: <c>sourceIp</c>, <c>domain</c>, <c>url</c>, <c>mailAddress</c>, <c>hash</c>, <c>userAgent</c>, <c>address</c> for another than the other side's, <c>text</c> for another property, or <c>pattern</c> for a pattern that asks for more than one value.</param>
/// <param name="Value">What it looks for, e.g. a network or a name.</param>
/// <param name="Actor">The actor that it is attributed to; <c>unknown</c> where nobody is.</param>
/// <param name="State">The state suspected behind the actor, two letters, or <c>null</c>.</param>
/// <param name="Source">The feed or report that it comes from.</param>
/// <param name="Confidence">How sure its source is, 0 to 100.</param>
/// <param name="Marking">How far it may be passed on.</param>
public sealed record IndicatorMatch(
    string Indicator, string Field, string Value, string Actor, string? State, string Source, int Confidence, Tlp Marking);

/// <summary>Adds what fits an event. Called from several threads at once.</summary>
public delegate void Matching(WatchEvent happened, List<IndicatorMatch> into);

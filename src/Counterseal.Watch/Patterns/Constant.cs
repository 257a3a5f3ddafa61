namespace Counterseal.Watch;

/// <summary>A constant of a pattern (STIX 2.1, 9.2).</summary>
public abstract record Constant;

/// <summary><c>'text'</c></summary>
/// <param name="Value">Without quotes and escapes.</param>
public sealed record TextConstant(string Value) : Constant;

/// <summary><c>25</c>, <c>7.0</c></summary>
/// <param name="Value">Exact.</param>
public sealed record NumberConstant(decimal Value) : Constant;

/// <summary><c>true</c>, <c>false</c></summary>
/// <param name="Value">The value.</param>
public sealed record TruthConstant(bool Value) : Constant;

/// <summary><c>b'…'</c> (Base64) or <c>h'…'</c> (hexadecimal)</summary>
/// <param name="Value">The bytes.</param>
public sealed record BytesConstant(ReadOnlyMemory<byte> Value) : Constant;

/// <summary><c>t'…'</c></summary>
/// <param name="Value">In UTC, to 100 nanoseconds; further digits are cut off.</param>
public sealed record TimeConstant(DateTimeOffset Value) : Constant;

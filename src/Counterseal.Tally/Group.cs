using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Counterseal.Tally;

/// <summary>
/// An element of ristretto255 (RFC 9496) in its one encoding of 32 bytes, as libsodium computes with it. Equal elements have equal bytes.
/// </summary>
[InlineArray(Length)]
[SuppressMessage("Design", "CA1051", Justification = "An inline array has one field.")]
[SuppressMessage("Usage", "CA2231", Justification = "Compared by Equals.")]
public struct Point : IEquatable<Point>
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Length = 32;

    private byte first;

    /// <summary>The identity: 32 zero bytes.</summary>
    public static Point Identity => default;

    /// <summary>The bytes.</summary>
    [UnscopedRef]
    public Span<byte> Bytes => MemoryMarshal.CreateSpan(ref first, Length);

    /// <summary>Reads an element: 32 bytes in canonical encoding, and not the identity.</summary>
    /// <returns>Whether the bytes are that.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Point point)
    {
        point = default;
        if (bytes.Length != Length)
            return false;
        bytes.CopyTo(point.Bytes);
        return Sodium.crypto_core_ristretto255_is_valid_point(in point) == 1 && !point.Equals(Identity);
    }

    /// <summary>The element that 64 uniform bytes map to (RFC 9496, 4.3.4: the one-way map).</summary>
    public static Point FromUniform(ReadOnlySpan<byte> uniform)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(uniform.Length, 64);
        Sodium.Ready();
        Point point = default;
        _ = Sodium.crypto_core_ristretto255_from_hash(ref point, in MemoryMarshal.GetReference(uniform));
        return point;
    }

    /// <summary>The sum.</summary>
    public static Point operator +(Point left, Point right)
    {
        Point sum = default;
        return Sodium.crypto_core_ristretto255_add(ref sum, in left, in right) == 0 ? sum : throw new CryptographicException("not an element of the group");
    }

    /// <summary>The difference.</summary>
    public static Point operator -(Point left, Point right)
    {
        Point difference = default;
        return Sodium.crypto_core_ristretto255_sub(ref difference, in left, in right) == 0 ? difference : throw new CryptographicException("not an element of the group");
    }

    /// <summary>
    /// The multiple, in time that depends on neither. libsodium reports a product that is the identity as a fault; which product that is may be a secret,
    /// and its bytes are right all the same, so the report is not looked at.
    /// </summary>
    public static Point operator *(Scalar scalar, Point point)
    {
        Point product = default;
        _ = Sodium.crypto_scalarmult_ristretto255(ref product, in scalar, in point);
        return product;
    }

    /// <inheritdoc/>
    public readonly bool Equals(Point other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Point other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => MemoryMarshal.Read<int>(this);
}

/// <summary>A number modulo the group's order ℓ = 2²⁵² + 27742317777372353535851937790883648493, little-endian in 32 bytes.</summary>
[InlineArray(Length)]
[SuppressMessage("Design", "CA1051", Justification = "An inline array has one field.")]
[SuppressMessage("Usage", "CA2231", Justification = "Compared by Equals.")]
public struct Scalar : IEquatable<Scalar>
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Length = 32;

    private static readonly byte[] Order = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    private byte first;

    /// <summary>0.</summary>
    public static Scalar Zero => default;

    /// <summary>1.</summary>
    public static Scalar One { get; } = Of(1);

    /// <summary>The bytes.</summary>
    [UnscopedRef]
    public Span<byte> Bytes => MemoryMarshal.CreateSpan(ref first, Length);

    /// <summary>A small number.</summary>
    public static Scalar Of(ulong value)
    {
        Scalar scalar = default;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(scalar.Bytes, value);
        return scalar;
    }

    /// <summary>Reads 32 bytes that encode a number below ℓ; public values only.</summary>
    /// <returns>Whether the bytes are that.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Scalar scalar)
    {
        scalar = default;
        if (bytes.Length != Length)
            return false;
        bytes.CopyTo(scalar.Bytes);
        for (var i = Length - 1; i >= 0; i--)
        {
            if (bytes[i] != Order[i])
                return bytes[i] < Order[i];
        }
        return false;
    }

    /// <summary>64 bytes, little-endian, modulo ℓ.</summary>
    public static Scalar Reduce(ReadOnlySpan<byte> wide)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(wide.Length, 64);
        Sodium.Ready();
        Scalar scalar = default;
        Sodium.crypto_core_ristretto255_scalar_reduce(ref scalar, in MemoryMarshal.GetReference(wide));
        return scalar;
    }

    /// <summary>A uniform one.</summary>
    public static Scalar Random()
    {
        Span<byte> wide = stackalloc byte[64];
        RandomNumberGenerator.Fill(wide);
        return Reduce(wide);
    }

    /// <summary>The sum.</summary>
    public static Scalar operator +(Scalar left, Scalar right)
    {
        Scalar sum = default;
        Sodium.crypto_core_ristretto255_scalar_add(ref sum, in left, in right);
        return sum;
    }

    /// <summary>The difference.</summary>
    public static Scalar operator -(Scalar left, Scalar right)
    {
        Scalar difference = default;
        Sodium.crypto_core_ristretto255_scalar_sub(ref difference, in left, in right);
        return difference;
    }

    /// <summary>The negative.</summary>
    public static Scalar operator -(Scalar scalar) => Zero - scalar;

    /// <summary>The product.</summary>
    public static Scalar operator *(Scalar left, Scalar right)
    {
        Scalar product = default;
        Sodium.crypto_core_ristretto255_scalar_mul(ref product, in left, in right);
        return product;
    }

    /// <inheritdoc/>
    public readonly bool Equals(Scalar other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Scalar other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => MemoryMarshal.Read<int>(this);
}

/// <summary>libsodium's ristretto255, called directly.</summary>
[SuppressMessage("Style", "IDE1006", Justification = "The library's own names.")]
[SuppressMessage("Naming", "CA1707", Justification = "The library's own names.")]
internal static partial class Sodium
{
    private const string Library = "libsodium";
    private static readonly int Initialised = sodium_init();

    static Sodium()
    {
        if (Initialised < 0)
            throw new CryptographicException("libsodium does not start");
    }

    /// <summary>Starts the library once.</summary>
    public static void Ready() => _ = Initialised;

    [LibraryImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int sodium_init();

    [LibraryImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    public static partial int crypto_core_ristretto255_is_valid_point(in Point p);

    [LibraryImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    public static partial int crypto_core_ristretto255_from_hash(ref Point p, in byte hash);

    [LibraryImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    public static partial int crypto_core_ristretto255_add(ref Point r, in Point p, in Point q);

    [LibraryImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    public static partial int crypto_core_ristretto255_sub(ref Point r, in Point p, in Point q);

    [LibraryImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    public static partial int crypto_scalarmult_ristretto255(ref Point r, in Scalar n, in Point p);

    [LibraryImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    public static partial void crypto_core_ristretto255_scalar_reduce(ref Scalar r, in byte wide);

    [LibraryImport(Library), SuppressGCTransition, DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    public static partial void crypto_core_ristretto255_scalar_add(ref Scalar r, in Scalar x, in Scalar y);

    [LibraryImport(Library), SuppressGCTransition, DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    public static partial void crypto_core_ristretto255_scalar_sub(ref Scalar r, in Scalar x, in Scalar y);

    [LibraryImport(Library), SuppressGCTransition, DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    public static partial void crypto_core_ristretto255_scalar_mul(ref Scalar r, in Scalar x, in Scalar y);
}

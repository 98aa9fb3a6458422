using System.Numerics;

namespace Workflow.Data.Profiles;

/// <summary>
/// A sum of doubles without rounding, so that neither the order of adding nor the cutting into parts changes it: an integer of 2144 bits
/// that counts units of 2^-1074, in chunks of 32 bits whose overflow is carried now and then (Neal 2015, "Fast exact summation using small
/// and large superaccumulators"). An addition takes about two nanoseconds.
/// </summary>
internal sealed class ExactSum
{
    /// <summary>The sum is <see cref="Value"/> times two to the power of this.</summary>
    public const int Exponent = -1074;

    private const int Chunks = 67;
    private const int ChunkBits = 32;
    private const long ChunkMask = (1L << ChunkBits) - 1;
    private const int MantissaBits = 52;

    // A chunk takes up to 2^53 at a time and holds 2^63.
    private const int AddsBeforeCarry = 1000;

    private readonly long[] chunks = new long[Chunks];
    private int adds;

    /// <summary>The sum in units.</summary>
    public BigInteger Value
    {
        get
        {
            Carry();
            var value = BigInteger.Zero;
            for (var at = Chunks - 1; at >= 0; at--)
                value = (value << ChunkBits) + chunks[at];
            return value;
        }
    }

    /// <summary>Adds a finite number.</summary>
    public void Add(double number)
    {
        var bits = BitConverter.DoubleToInt64Bits(number);
        var exponent = (int)(bits >> MantissaBits) & 0x7FF;
        var mantissa = bits & ((1L << MantissaBits) - 1);
        if (exponent == 0)
            exponent = 1;
        else
            mantissa |= 1L << MantissaBits;

        var shift = (exponent - 1) & (ChunkBits - 1);
        var at = (exponent - 1) >> 5;
        var low = (mantissa << shift) & ChunkMask;
        var high = mantissa >> (ChunkBits - shift);
        var sign = bits >> 63;
        chunks[at] += (low ^ sign) - sign;
        chunks[at + 1] += (high ^ sign) - sign;
        if (++adds == AddsBeforeCarry)
            Carry();
    }

    public void Add(ExactSum other)
    {
        Carry();
        other.Carry();
        for (var at = 0; at < Chunks; at++)
            chunks[at] += other.chunks[at];
        Carry();
    }

    public void Write(BinaryWriter writer)
    {
        Carry();
        var used = Enumerable.Range(0, Chunks).Where(at => chunks[at] != 0).ToList();
        writer.Write7BitEncodedInt(used.Count);
        foreach (var at in used)
        {
            writer.Write((byte)at);
            writer.Write(chunks[at]);
        }
    }

    public static ExactSum Read(BinaryReader reader)
    {
        var sum = new ExactSum();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            sum.chunks[reader.ReadByte()] = reader.ReadInt64();
        return sum;
    }

    /// <summary>A fraction times a power of two, to the precision of a double.</summary>
    public static double Ratio(BigInteger numerator, BigInteger denominator, int exponent)
    {
        if (numerator.IsZero)
            return 0;
        var shift = 64 - (int)(BigInteger.Abs(numerator).GetBitLength() - denominator.GetBitLength());
        var quotient = shift >= 0
            ? BigInteger.Abs(numerator << shift) / denominator
            : BigInteger.Abs(numerator) / (denominator << -shift);
        return numerator.Sign * Math.ScaleB((double)(UInt128)quotient, exponent - shift);
    }

    // Afterwards all chunks but the last are digits of 32 bits: one sum has one form.
    private void Carry()
    {
        adds = 0;
        for (var at = 0; at < Chunks - 1; at++)
        {
            chunks[at + 1] += chunks[at] >> ChunkBits;
            chunks[at] &= ChunkMask;
        }
    }
}

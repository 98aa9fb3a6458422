using System.Numerics;

namespace Workflow.Data.Profiles;

/// <summary>
/// The sums behind mean and deviation, without rounding: of the values, and of their squares, each of which is the sum of two doubles. So
/// the
/// deviation does not suffer from cancellation either.
/// </summary>
internal sealed class Moments
{
    // The squares of greater numbers do not fit a double.
    private const double GreatestSquared = 1e154;

    private readonly ExactSum values;
    private readonly ExactSum squares;

    public Moments()
        : this(new ExactSum(), new ExactSum())
    {
    }

    private Moments(ExactSum values, ExactSum squares) => (this.values, this.squares) = (values, squares);

    public void Add(double number)
    {
        values.Add(number);
        if (Math.Abs(number) > GreatestSquared)
            return;
        var square = number * number;
        squares.Add(square);

        // What the product lost by rounding (Dekker 1971); nothing for small integers.
        var lost = Math.FusedMultiplyAdd(number, number, -square);
        if (lost != 0)
            squares.Add(lost);
    }

    public void Add(Moments other)
    {
        values.Add(other.values);
        squares.Add(other.squares);
    }

    /// <summary>The mean of as many values.</summary>
    public double Mean(long count) => ExactSum.Ratio(values.Value, count, ExactSum.Exponent);

    /// <summary>The population standard deviation of as many values; null when their squares do not fit a double.</summary>
    public double? Deviation(long count, double greatest)
    {
        if (greatest > GreatestSquared)
            return null;
        var (sum, ofSquares) = (values.Value, squares.Value);

        // Rounding squares of the least doubles may leave a spread just below nothing.
        var spread = BigInteger.Max(BigInteger.Zero, (count * ofSquares << -ExactSum.Exponent) - (sum * sum));
        return Math.Sqrt(ExactSum.Ratio(spread, (BigInteger)count * count, 2 * ExactSum.Exponent));
    }

    public void Write(BinaryWriter writer)
    {
        values.Write(writer);
        squares.Write(writer);
    }

    public static Moments Read(BinaryReader reader) => new(ExactSum.Read(reader), ExactSum.Read(reader));
}

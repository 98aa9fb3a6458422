using System.Numerics;
using Workflow.Data.Profiles;

namespace Workflow.Data.Tests;

public sealed class ExactSumTests
{
    [Fact]
    public void Add_NumbersThatCancel_LosesNothing()
    {
        var sum = Of([1e308, 1, double.Epsilon, -1e308, -1]);

        sum.Value.ShouldBe(BigInteger.One);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Add_AnyOrder_IsTheSumOfTheFractions(int seed)
    {
        var random = new Random(seed);
        var numbers = Enumerable.Range(0, 5000).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)))
            .Where(double.IsFinite).ToList();
        var expected = numbers.Aggregate(BigInteger.Zero, (sum, number) => sum + Units(number));

        Of(numbers).Value.ShouldBe(expected);
        numbers.Reverse();
        var (first, second) = (Of(numbers[..2000]), Of(numbers[2000..]));
        first.Add(second);
        first.Value.ShouldBe(expected);
    }

    [Theory]
    [InlineData(1, 3, 0, 1 / 3.0)]
    [InlineData(-7, 2, 1, -7.0)]
    [InlineData(0, 5, 3, 0.0)]
    [InlineData(123456789, 1, -4, 123456789 / 16.0)]
    public void Ratio_OfIntegers_IsTheNearestDouble(int numerator, int denominator, int exponent, double expected) =>
        ExactSum.Ratio(numerator, denominator, exponent).ShouldBe(expected);

    [Fact]
    public void Deviation_OfALargeOffset_DoesNotCancel()
    {
        var moments = new Moments();
        foreach (var number in new[] { 1e15, 1e15 + 1, 1e15 + 2 })
            moments.Add(number);

        moments.Mean(3).ShouldBe(1e15 + 1);
        moments.Deviation(3, 1e15 + 2).ShouldBe(Math.Sqrt(2 / 3.0));
    }

    private static ExactSum Of(IEnumerable<double> numbers)
    {
        var sum = new ExactSum();
        foreach (var number in numbers)
            sum.Add(number);
        return sum;
    }

    // The number in units of the least double, by its definition.
    private static BigInteger Units(double number)
    {
        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(number));
        var exponent = (int)(bits >> 52);
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (exponent == 0 ? 0 : 1L << 52);
        return (number < 0 ? -mantissa : mantissa) << (Math.Max(exponent, 1) - 1);
    }
}

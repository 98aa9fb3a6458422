using Workflow.Data.DuckDb;

namespace Workflow.Data.Profiles;

/// <summary>
/// What a column holds, in a form that adds up: the sketch of all slices is, bit by bit, the sum of the sketches of each. Up to
/// <see cref="ValueCounts.Limit"/> different values are counted one by one; from then on there are a <see cref="HyperLogLog"/> and
/// <see cref="CellBins"/>. Which of the two it is depends on the set of values alone, as everything here: neither the order of rows, nor
/// threads, nor
/// the way in which rows are cut into slices change it.
/// </summary>
internal sealed class ColumnSketch
{
    private const string MixedTypes = " or ";

    private ValueCounts? exact = new();
    private HyperLogLog? distinct;
    private CellBins? bins;
    private Moments? moments;
    private byte[]? minText;
    private byte[]? maxText;

    public ColumnSketch(string name, SketchType type)
    {
        Name = name;
        Type = type;
        moments = type.IsNumber ? new Moments() : null;
    }

    public string Name { get; }

    public SketchType Type { get; private set; }

    public long Count { get; private set; }

    public long Nulls { get; private set; }

    public long Nans { get; private set; }

    public long Infinities { get; private set; }

    public long Finite => Count - Nans - Infinities;

    /// <summary>The least finite cell; the greatest there is when there is none.</summary>
    public long Min { get; private set; } = long.MaxValue;

    public long Max { get; private set; } = long.MinValue;

    public string? MinText => minText is null ? null : ShortText.Of(minText);

    public string? MaxText => maxText is null ? null : ShortText.Of(maxText);

    /// <summary>Every value with its count; null when there are too many.</summary>
    public ValueCounts? Exact => exact;

    public long Distinct => exact?.Count ?? (long)Math.Round(distinct!.Estimate());

    public Moments? Moments => moments;

    /// <summary>Cells and how many values they stand for, in order: all finite values, or the middles of bins.</summary>
    public IEnumerable<(long Cell, long Count)> Cells() => exact is not null
        ? exact.All().Select(value => (Cell: (long)value.Key, value.Count))
            .Where(value => Type.IsFinite(value.Cell)).OrderBy(value => value.Cell)
        : bins!.Cells().Select(bin => (Math.Clamp(bin.Cell, Min, Max), bin.Count));

    public void AddNulls(long count) => Nulls += count;

    /// <summary>Adds a column of a chunk.</summary>
    public void Add(DuckDbChunk chunk, int column, Span<long> cells)
    {
        var validity = chunk.Validity(column);
        switch (Type.Kind)
        {
            case SketchKind.Opaque:
                for (var row = 0; row < chunk.Rows; row++)
                {
                    if (!CountNull(validity, row))
                        Count++;
                }

                break;
            case SketchKind.Real:
                AddReals(chunk.RawDoubles(column), validity);
                break;
            case SketchKind.Text:
                AddTexts(chunk.Texts(column), chunk.Rows, validity);
                break;
            default:
                chunk.Integers(column, cells);
                AddIntegers(cells[..chunk.Rows], validity);
                break;
        }
    }

    /// <summary>Adds the sketch of other rows. A type that differs leaves the counts of nulls, unless one side has nothing but
    /// nulls.</summary>
    public void Add(ColumnSketch other)
    {
        if (Type != other.Type)
            Agree(other);
        Nulls += other.Nulls;
        Count += other.Count;
        Nans += other.Nans;
        Infinities += other.Infinities;
        if (Type.Kind == SketchKind.Opaque || other.Count == 0)
            return;
        Min = Math.Min(Min, other.Min);
        Max = Math.Max(Max, other.Max);
        Extend(other.minText);
        Extend(other.maxText);
        if (moments is not null && other.moments is not null)
            moments.Add(other.moments);
        foreach (var (key, count, text) in other.exact?.All() ?? [])
            Tally(key, count, text);
        if (other.exact is not null)
            return;
        Overflow();
        distinct!.Add(other.distinct!);
        if (other.bins is not null)
            bins!.Add(other.bins);
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Name);
        writer.Write(Type.Type);
        writer.Write((byte)Type.Kind);
        foreach (var count in (ReadOnlySpan<long>)[Count, Nulls, Nans, Infinities, Min, Max])
            writer.Write(count);
        foreach (var text in new[] { minText, maxText })
        {
            writer.Write7BitEncodedInt(text is null ? 0 : text.Length + 1);
            writer.Write(text ?? []);
        }

        moments?.Write(writer);
        writer.Write(exact is not null);
        exact?.Write(writer);
        distinct?.Write(writer);
        bins?.Write(writer);
    }

    public static ColumnSketch Read(BinaryReader reader, byte format)
    {
        var (name, type) = (reader.ReadString(), reader.ReadString());
        var kind = (SketchKind)reader.ReadByte();
        var sketch = new ColumnSketch(name, kind == SketchKind.Opaque ? SketchType.Opaque(type) : SketchType.Of(type))
        {
            Count = reader.ReadInt64(),
            Nulls = reader.ReadInt64(),
            Nans = reader.ReadInt64(),
            Infinities = reader.ReadInt64(),
            Min = reader.ReadInt64(),
            Max = reader.ReadInt64(),
            minText = Text(),
            maxText = Text(),
        };
        if (sketch.moments is not null)
            sketch.moments = Moments.Read(reader);
        if (reader.ReadBoolean())
        {
            sketch.exact = ValueCounts.Read(reader);
            return sketch;
        }

        sketch.exact = null;
        sketch.distinct = HyperLogLog.Read(reader);
        sketch.bins = sketch.Type.HasAxis ? sketch.Type.NewBins() : null;
        if (format == DatasetSketch.TimesByDay && sketch.bins is TimeBins times)
            times.ReadDays(reader);
        else
            sketch.bins?.Read(reader);
        return sketch;

        byte[]? Text() => reader.Read7BitEncodedInt() is > 0 and var length ? reader.ReadBytes(length - 1) : null;
    }

    private bool CountNull(ReadOnlySpan<ulong> validity, int row)
    {
        if (validity.IsEmpty || (validity[row >> 6] >> (row & 63) & 1) != 0)
            return false;
        Nulls++;
        return true;
    }

    private void AddIntegers(ReadOnlySpan<long> cells, ReadOnlySpan<ulong> validity)
    {
        for (var row = 0; row < cells.Length; row++)
        {
            if (CountNull(validity, row))
                continue;
            Count++;
            var cell = cells[row];
            if (Type.IsFinite(cell))
                moments?.Add(cell);
            else
                Infinities++;
            Tally((ulong)cell, 1, text: null);
        }
    }

    private void AddReals(ReadOnlySpan<double> numbers, ReadOnlySpan<ulong> validity)
    {
        for (var row = 0; row < numbers.Length; row++)
        {
            if (CountNull(validity, row))
                continue;
            Count++;
            var number = numbers[row];
            if (double.IsFinite(number))
                moments!.Add(number);
            else if (double.IsNaN(number))
                (Nans, number) = (Nans + 1, double.NaN);
            else
                Infinities++;
            Tally((ulong)SketchType.Cell(number), 1, text: null);
        }
    }

    private void AddTexts(DuckDbTexts texts, int rows, ReadOnlySpan<ulong> validity)
    {
        for (var row = 0; row < rows; row++)
        {
            if (CountNull(validity, row))
                continue;
            Count++;
            var text = texts[row];
            var key = Hash64.Of(text);
            if (exact?.Add(key, 1, out var isNew) is not (>= 0 and var slot))
            {
                Overflow();
                distinct!.Add(Hash64.Of(key));
                Extend(ShortText.Prefix(text));
            }
            else if (isNew)
            {
                exact.Name(slot, ShortText.Of(text));
                Extend(ShortText.Prefix(text));
            }
        }
    }

    // A value seen before is neither less than the least nor greater than the greatest.
    private void Tally(ulong key, long count, string? text)
    {
        if (exact is not null)
        {
            var slot = exact.Add(key, count, out var isNew);
            if (slot >= 0)
            {
                if (isNew && text is not null)
                    exact.Name(slot, text);
                if (isNew && Type.HasAxis)
                    Extend((long)key);
                return;
            }

            Overflow();
        }

        Sketch(key, count);
        if (Type.HasAxis)
            Extend((long)key);
    }

    private void Sketch(ulong key, long count)
    {
        distinct!.Add(Hash64.Of(key));
        if (bins is not null && Type.IsFinite((long)key))
            bins.Add((long)key, count);
    }

    private void Overflow()
    {
        if (exact is not { } counted)
            return;
        exact = null;
        distinct = new HyperLogLog();
        bins = Type.HasAxis ? Type.NewBins() : null;
        foreach (var (key, count, _) in counted.All())
            Sketch(key, count);
    }

    private void Extend(long cell)
    {
        if (!Type.IsFinite(cell))
            return;
        Min = Math.Min(Min, cell);
        Max = Math.Max(Max, cell);
    }

    private void Extend(ReadOnlySpan<byte> text)
    {
        if (minText is null || text.SequenceCompareTo(minText) < 0)
            minText = text.ToArray();
        if (maxText is null || text.SequenceCompareTo(maxText) > 0)
            maxText = text.ToArray();
    }

    private void Extend(byte[]? text)
    {
        if (text is not null)
            Extend(text.AsSpan());
    }

    private void Agree(ColumnSketch other)
    {
        if (other.Count == 0)
            return;
        if (Count == 0)
        {
            Type = other.Type;
            moments = Type.IsNumber ? new Moments() : null;
            return;
        }

        var types = Type.Type.Split(MixedTypes).Union(other.Type.Type.Split(MixedTypes)).Order(StringComparer.Ordinal);
        Type = SketchType.Opaque(string.Join(MixedTypes, types));
        (exact, distinct, bins, moments, minText, maxText) = (new ValueCounts(), null, null, null, null, null);
        (Min, Max, Nans, Infinities) = (long.MaxValue, long.MinValue, 0, 0);
    }
}

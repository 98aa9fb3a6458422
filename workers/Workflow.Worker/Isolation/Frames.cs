using System.Buffers.Binary;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Workflow.Worker.Isolation;

/// <summary>How messages stand on the pipes between a worker and its attempts: four bytes of length, low byte first, then JSON.</summary>
internal static class Frames
{
    /// <summary>The longest message: what a task hands on is small, large data is a dataset.</summary>
    public const int MaxLength = 256 << 20;

    private const int HeaderLength = 4;

    /// <remarks>No author's type passes here, so these options may live as long as the process.</remarks>
    private static readonly JsonSerializerOptions Json = new()
    {
        // Metrics and bounds of checks may be infinite or no number.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameKinds } },
    };

    /// <summary>A message as bytes, its length before it.</summary>
    /// <exception cref="WorkflowException">It is too long.</exception>
    public static ReadOnlyMemory<byte> Encode<TMessage>(TMessage message)
    {
        var buffer = new MemoryStream();
        buffer.SetLength(HeaderLength);
        buffer.Position = HeaderLength;
        JsonSerializer.Serialize(buffer, message, Json);
        var length = buffer.Length - HeaderLength;
        if (length > MaxLength)
        {
            throw new WorkflowException(
                $"An isolated task passes at most {MaxLength >> 20} MiB at once, and this is {length >> 20} MiB. "
                + "Write a dataset and pass its version on.");
        }

        var frame = buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
        BinaryPrimitives.WriteInt32LittleEndian(frame.Span, (int)length);
        return frame;
    }

    /// <summary>The next message; null when the other side is gone.</summary>
    /// <exception cref="InvalidDataException">What stands there is no message.</exception>
    public static TMessage? Read<TMessage>(Stream stream)
        where TMessage : class
    {
        var header = new byte[HeaderLength];
        if (stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength)
            return null;
        var body = new byte[Length(header)];
        return stream.ReadAtLeast(body, body.Length, throwOnEndOfStream: false) < body.Length ? null : Decode<TMessage>(body);
    }

    /// <summary>The next message; null when the other side is gone.</summary>
    /// <exception cref="InvalidDataException">What stands there is no message.</exception>
    public static async Task<TMessage?> ReadAsync<TMessage>(Stream stream, CancellationToken cancellationToken)
        where TMessage : class
    {
        var header = new byte[HeaderLength];
        if (await stream.ReadAtLeastAsync(header, HeaderLength, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false) < HeaderLength)
            return null;
        var body = new byte[Length(header)];
        return await stream.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false) < body.Length
            ? null
            : Decode<TMessage>(body);
    }

    /// <summary>The value of an answer, to be sent.</summary>
    public static JsonElement ToElement<TValue>(TValue value) => JsonSerializer.SerializeToElement(value, Json);

    /// <summary>The value of an answer that came.</summary>
    public static TValue FromElement<TValue>(JsonElement element) => element.Deserialize<TValue>(Json)!;

    private static int Length(byte[] header) => BinaryPrimitives.ReadInt32LittleEndian(header) is >= 0 and <= MaxLength and var length
        ? length
        : throw new InvalidDataException("The length of a message is impossible.");

    private static TMessage Decode<TMessage>(byte[] body)
        where TMessage : class
    {
        try
        {
            return JsonSerializer.Deserialize<TMessage>(body, Json) ?? throw new InvalidDataException("A message is null.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"A message is malformed: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// An abstract record whose kinds are nested in it is written with the name of the kind: messages, and outcomes of attempts. A kind
    /// that is added is known here without being listed.
    /// </summary>
    private static void NameKinds(JsonTypeInfo info)
    {
        if (!info.Type.IsAbstract || info.Kind != JsonTypeInfoKind.Object)
            return;
        var kinds = info.Type.GetNestedTypes(BindingFlags.Public | BindingFlags.NonPublic).Where(kind => kind.IsSubclassOf(info.Type))
            .ToList();
        if (kinds.Count == 0)
            return;
        info.PolymorphismOptions = new JsonPolymorphismOptions { TypeDiscriminatorPropertyName = "kind" };
        foreach (var kind in kinds)
            info.PolymorphismOptions.DerivedTypes.Add(new JsonDerivedType(kind, kind.Name));
    }
}

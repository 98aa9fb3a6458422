using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Workflow.Scheduler.Loading.Packages;

/// <summary>What an assembly's metadata says of it; it is read without being loaded.</summary>
/// <param name="Name">Its simple name.</param>
/// <param name="Version">Its version.</param>
/// <param name="References">The simple names of the assemblies that it refers to.</param>
internal sealed record AssemblyFacts(string Name, Version Version, IReadOnlyList<string> References)
{
    /// <exception cref="BadImageFormatException">The bytes are no managed assembly.</exception>
    internal static AssemblyFacts Of(byte[] image)
    {
        using var stream = new MemoryStream(image, writable: false);
        using var reader = new PEReader(stream);
        if (!reader.HasMetadata)
            throw new BadImageFormatException("It has no .NET metadata.");
        var metadata = reader.GetMetadataReader();
        if (!metadata.IsAssembly)
            throw new BadImageFormatException("It is a module and no assembly.");
        var definition = metadata.GetAssemblyDefinition();
        return new AssemblyFacts(
            metadata.GetString(definition.Name),
            definition.Version,
            [.. metadata.AssemblyReferences.Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))]);
    }
}

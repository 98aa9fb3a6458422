using System.Xml;
using System.Xml.Linq;

namespace Workflow.Scheduler.Loading.Packages;

/// <summary>A package that the DAG project names.</summary>
/// <param name="Id">The package's id.</param>
/// <param name="Version">The version as it is written there; null when it comes from elsewhere or is worked out by the build.</param>
/// <param name="Line">The line in the project file.</param>
/// <param name="Column">The column in the project file.</param>
/// <param name="IsConditional">Whether it may not count.</param>
internal sealed record ProjectReference(string Id, string? Version, int Line, int Column, bool IsConditional);

/// <summary>Reads the DAG project as text: what MSBuild makes of it is known from the restore result.</summary>
internal static class DagProject
{
    private const StringSplitOptions Cleanly = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;

    /// <summary>The packages that the project file itself names.</summary>
    /// <exception cref="XmlException">The text is no XML.</exception>
    internal static IReadOnlyList<ProjectReference> References(string text) =>
    [
        .. from element in XDocument.Parse(text, LoadOptions.SetLineInfo).Descendants()
           where element.Name.LocalName == "PackageReference"
           from id in ((string?)element.Attribute("Include") ?? "").Split(';', Cleanly)
           let place = (IXmlLineInfo)element
           select new ProjectReference(
               id, Version(element), place.LineNumber, place.LinePosition,
               id.Contains('$', StringComparison.Ordinal)
                   || element.AncestorsAndSelf().Any(each => each.Attribute("Condition") is not null)),
    ];

    /// <summary>
    /// The range that NuGet writes for a version, so that two can be compared; null for one that only NuGet can work out.
    /// </summary>
    internal static string? Range(string? version)
    {
        if (version is null || version.AsSpan().IndexOfAny("*$[(,") >= 0)
            return null;
        var core = version.Split('+')[0].Split('-', 2);
        var parts = core[0].Split('.').ToList();
        while (parts.Count < 3)
            parts.Add("0");
        if (parts is [.., "0"] && parts.Count == 4)
            parts.RemoveAt(3);
        return $"[{string.Join('.', parts)}{(core.Length > 1 ? $"-{core[1]}" : "")}, )";
    }

    private static string? Version(XElement element) =>
        ((string?)element.Attribute("Version")
            ?? element.Elements().FirstOrDefault(each => each.Name.LocalName == "Version")?.Value)?.Trim();
}

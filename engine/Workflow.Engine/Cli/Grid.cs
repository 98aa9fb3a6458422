using Spectre.Console;
using Spectre.Console.Rendering;

namespace Workflow.Engine.Cli;

/// <summary>Tables without lines: dense on a screen, and easy to cut apart in a pipe.</summary>
internal static class Grid
{
    internal static Table Of(params string[] headers)
    {
        var table = new Table { Border = TableBorder.None };
        foreach (var header in headers)
            table.AddColumn(new TableColumn(new Markup($"[bold]{Markup.Escape(header)}[/]")).PadLeft(0).PadRight(2));
        return table;
    }

    /// <summary>Columns with numbers, whose digits stand below each other.</summary>
    internal static Table AlignRight(this Table table, params int[] columns)
    {
        foreach (var column in columns)
            table.Columns[column].RightAligned();
        return table;
    }

    /// <summary>A row of texts and states.</summary>
    internal static void Row(this Table table, params object?[] cells) => table.AddRow(cells.Select(Cell));

    /// <summary>Names and values below each other; a value that is missing is left out.</summary>
    internal static Table Facts(params (string Name, object? Value)[] facts)
    {
        var table = Of("", "").HideHeaders();
        foreach (var (name, value) in facts.Where(fact => fact.Value is not (null or "" or Format.Nothing)))
            table.AddRow(new Markup($"[grey]{Markup.Escape(name)}[/]"), Cell(value));
        return table;
    }

    /// <summary>A heading above a table.</summary>
    internal static void Heading(this IAnsiConsole console, string text)
    {
        console.WriteLine();
        console.MarkupLine($"[bold]{Markup.Escape(text)}[/]");
    }

    /// <summary>A message as one line; what it holds of control characters must not steer the terminal.</summary>
    internal static string OneLine(string? text) =>
        text is null
            ? Format.Nothing
            : string.Concat(text.Trim().ReplaceLineEndings(" ").Select(letter => char.IsControl(letter) ? ' ' : letter));

    private static IRenderable Cell(object? value) => value switch
    {
        IRenderable renderable => renderable,
        StateLook look => new Markup(look.Markup),
        _ => new Text(OneLine(value?.ToString())),
    };
}

using System.CommandLine;

namespace Workflow.Engine.Cli;

/// <summary>How much lists show.</summary>
internal static class Limit
{
    private const int Default = 50;

    /// <summary><c>--limit</c> of a list.</summary>
    internal static Option<int> Option(string description = "How many at most.")
    {
        var limit = new Option<int>("--limit") { Description = description, HelpName = "N", DefaultValueFactory = _ => Default };
        limit.AtLeastOne();
        return limit;
    }

    /// <summary>Refuses 0 and less; what is not a number at all the parser refuses by itself.</summary>
    internal static void AtLeastOne(this Option<int> option) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, out var number) && number < 1)
            result.AddError($"{option.Name} wants a number of 1 or more.");
    });
}

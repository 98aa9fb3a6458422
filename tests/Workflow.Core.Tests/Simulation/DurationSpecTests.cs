using Workflow.Graphs;
using Workflow.Simulation;

namespace Workflow.Core.Tests.Simulation;

public sealed class DurationSpecTests
{
    private static readonly DagGraph Graph = new([Task(0, "extract"), Task(1, "train")]);

    [Theory]
    [InlineData("30s", "train", 30, DurationSource.Given)]
    [InlineData("extract=2m, train=1h30m, *=30s", "train", 5400, DurationSource.Given)]
    [InlineData("extract=2m,*=1.5d", "train", 129_600, DurationSource.Given)]
    [InlineData("extract=2m,250ms", "train", 0.25, DurationSource.Given)]
    [InlineData("measured", "extract", 7, DurationSource.Measured)]
    [InlineData("measured", "train", 60, DurationSource.Assumed)]
    [InlineData("measured,*=5m", "train", 300, DurationSource.Given)]
    [InlineData("measured,*=5m", "extract", 7, DurationSource.Measured)]
    [InlineData("measured,extract=5m", "extract", 300, DurationSource.Given)]
    public void Of_Table(string text, string task, double seconds, DurationSource source)
    {
        var spec = DurationSpec.Parse(text);

        spec.Complaint(Graph).ShouldBeNull();
        spec.Of(task, task == "extract" ? TimeSpan.FromSeconds(7) : null).ShouldBe(new TaskDuration(TimeSpan.FromSeconds(seconds), source));
    }

    [Theory]
    [InlineData("", "'' is no duration: write 90s, 2m, 1h30m or 1.5d, or 'measured'")]
    [InlineData("extract=soon", "'soon' is no duration: write 90s, 2m, 1h30m or 1.5d, or 'measured'")]
    [InlineData("extract=-2m", "'-2m' is no duration: write 90s, 2m, 1h30m or 1.5d, or 'measured'")]
    [InlineData("extract=2m,extract=3m", "'extract' is said twice")]
    [InlineData("9999999999d", "'9999999999d' is longer than ten years")]
    public void Parse_WhatIsNoSpec_SaysWhy(string text, string expected) =>
        Should.Throw<FormatException>(() => DurationSpec.Parse(text)).Message.ShouldBe(expected);

    [Theory]
    [InlineData("extrakt=2m,*=1s", "names 'extrakt', which is no task of the DAG: extract, train")]
    [InlineData("extract=2m", "does not say how long 'train' takes: add '*=30s' for the tasks that are not named")]
    public void Complaint_OfWhatDoesNotFitTheGraph_SaysWhy(string text, string expected) =>
        DurationSpec.Parse(text).Complaint(Graph).ShouldBe(expected);

    private static TaskDefinition Task(int index, string id) =>
        new(index, id, "task", "default", Retries: 0, Backoff.Constant(), Timeout: null, TriggerRule.AllSuccess, [], []);
}

using Workflow.Data.Drift;

namespace Workflow.Data.Tests.Drift;

public sealed class DriftVerdictTests
{
    private static readonly DriftGateSettings Settings = new(Reference.Version("trips", "month=2019-06"))
    {
        Method = DriftMethod.PsiDeciles,
    };

    [Theory]
    [InlineData(1, 1, "", Verdict.Fail)]
    [InlineData(2, 3, "", Verdict.Pass)]
    [InlineData(2, 3, "pass pass", Verdict.Pass)]
    [InlineData(2, 3, "pass fail", Verdict.Fail)]
    [InlineData(2, 3, "pass pass fail", Verdict.Pass)]
    [InlineData(3, 3, "fail", Verdict.Pass)]
    [InlineData(3, 3, "fail fail", Verdict.Fail)]
    public void Of_DriftInThisWindow_FailsOnceEnoughWindowsShowIt(int drifted, int of, string earlier, Verdict expected)
    {
        var settings = Settings with { DriftedWindows = drifted, OfWindows = of };

        DriftVerdict.Of("trips", Report(shift: 50), settings, Parse(earlier)).Verdict.ShouldBe(expected);
    }

    [Fact]
    public void Of_NoDriftInThisWindow_PassesWhateverCameBefore() => DriftVerdict.Of(
        "trips", Report(shift: 0), Settings with { OfWindows = 3 }, Parse("fail fail")).Verdict.ShouldBe(Verdict.Pass);

    [Fact]
    public void Of_Drift_SaysWhichColumnsAndAgainstWhat()
    {
        var verdict = DriftVerdict.Of("trips", Report(shift: 50), Settings, []);

        verdict.Checks.Select(check => (check.Column, check.Verdict, check.Severity)).ShouldBe(
            [(null, Verdict.Fail, Severity.Block), ("fare", Verdict.Fail, Severity.Warn), ("tip", Verdict.Pass, Severity.Warn)]);
        verdict.Checks[0].Message.ShouldBe("1 of 2 columns differ from trips month=2019-06: fare.");
        verdict.Checks[0].Observed.ShouldBe(0.5);
        verdict.Checks[1].Threshold.ShouldBe("psi-deciles below 0.25");
    }

    [Fact]
    public void Of_SeverityWarn_PassesWithTheEvidence()
    {
        var verdict = DriftVerdict.Of("trips", Report(shift: 50), Settings with { Severity = Severity.Warn }, []);

        (verdict.Verdict, verdict.Checks[0].Verdict).ShouldBe((Verdict.Pass, Verdict.Fail));
    }

    [Fact]
    public void Of_TooFewSamples_IsInconclusive()
    {
        var settings = Settings with { MinSamples = 1000 };

        var verdict = DriftVerdict.Of("trips", Report(shift: 50, settings), settings, []);

        verdict.Verdict.ShouldBe(Verdict.Inconclusive);
        verdict.Checks[0].Message.ShouldContain("1000 values a side");
    }

    [Fact]
    public void Of_TooFewSamplesWhereThatIsAllowed_PassesWithTheEvidence()
    {
        var settings = Settings with { MinSamples = 1000, AllowsUndecided = true };

        var verdict = DriftVerdict.Of("trips", Report(shift: 50, settings), settings, []);

        (verdict.Verdict, verdict.Checks[0].Verdict).ShouldBe((Verdict.Pass, Verdict.Inconclusive));
    }

    [Fact]
    public void ToJson_TextWithANul_IsJsonThatADatabaseTakes()
    {
        var sample = new CategorySample(["a\0b"], [200], 0);

        DriftVerdict.ToJson(DriftReport.Of([("kind", sample, sample)], new DriftRule())).ShouldNotContain("u0000");
    }

    [Fact]
    public void RuleOf_EverySetting_IsInTheRule()
    {
        var settings = Settings with
        {
            Columns = ["fare"],
            OfNumbers = DriftMethod.Ks,
            OfCategories = DriftMethod.Js,
            OfColumns = new Dictionary<string, DriftMethod> { ["a"] = DriftMethod.Z },
            Threshold = 0.3,
            MinSamples = 7,
            Share = 0.2,
        };

        var rule = DriftVerdict.RuleOf(settings);

        (rule.Method, rule.OfNumbers, rule.OfCategories, rule.Threshold, rule.MinSamples, rule.Share).ShouldBe(
            (DriftMethod.PsiDeciles, DriftMethod.Ks, DriftMethod.Js, 0.3, 7, 0.2));
        rule.Columns.ShouldBe(["fare"]);
        rule.OfColumns["a"].ShouldBe(DriftMethod.Z);
        DriftVerdict.RuleOf(Settings).Columns.ShouldBeNull();
    }

    private static DriftReport Report(double shift, DriftGateSettings? settings = null)
    {
        var numbers = Enumerable.Range(0, 200).Select(i => (double)i).ToList();
        return DriftReport.Of(
            [
                ("fare", NumberSample.Of(numbers), NumberSample.Of(numbers.Select(number => number + shift))),
                ("tip", NumberSample.Of(numbers), NumberSample.Of(numbers)),
            ],
            DriftVerdict.RuleOf(settings ?? Settings));
    }

    private static List<Verdict> Parse(string verdicts) =>
        [.. verdicts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => Enum.Parse<Verdict>(word, ignoreCase: true))];
}

using Workflow.Testing;

namespace Workflow.EndToEnd.Up;

/// <summary>Reviews, gates, contracts and what is shown of personal data, through the command line on a running server.</summary>
public sealed class TrustTests(TrustFixture fixture) : IClassFixture<TrustFixture>
{
    [Fact]
    public async Task Review_OfHeldVersions_IsListedShownAndDecidedOnce()
    {
        var open = (await fixture.JsonAsync("review", "list", "--state", "open", "--dataset", "people")).AsArray();
        var ids = fixture.Held.Select(run => open.Single(review => (string?)review!["run_id"] == run)!["review_id"]!.ToString()).ToList();

        var shown = await fixture.JsonAsync("review", "show", ids[0]);
        ((string?)shown["state"], (string?)shown["dataset"], (int)shown["rows"]!).ShouldBe(("open", "people", 5));
        ((string?)shown["checks"]![0]!["check"]).ShouldBe("row_count");
        shown.ToJsonString().ShouldNotContain("@", customMessage: "samples of personal data are masked");

        var released = await fixture.JsonAsync("review", "release", ids[0], "--reason", "a short month");
        ((string?)released["state"], (string?)released["reason"]).ShouldBe(("released", "a short month"));
        await fixture.Up.Api.UntilTaskAsync("people", fixture.Held[0], "quality", "success");
        (await fixture.JsonAsync("review", "discard", ids[1], "--reason", "half a file"))["state"]!.ToString().ShouldBe("discarded");
        await fixture.Up.Api.UntilTaskAsync("people", fixture.Held[1], "quality", "failed");

        (await fixture.RefusedAsync("review", "discard", ids[0], "--reason", "too late")).ShouldContain("released");
        (await fixture.RefusedAsync("review", "release", ids[1], "--reason", "too late")).ShouldContain("discarded");
        (await fixture.RefusedAsync("review", "release", "999", "--reason", "who")).ShouldContain("999");
        (await fixture.RefusedAsync("review", "show", "999")).ShouldContain("999");
        (await fixture.RefusedAsync("review", "list", "--state", "shut")).ShouldContain("shut");
        (await fixture.Up.RunCliAsync("review", "release", ids[0])).ExitCode.ShouldBe(2, "a decision has a reason");
        (await fixture.JsonAsync("review", "list", "--state", "released")).AsArray().ShouldHaveSingleItem()!["review_id"]!.ToString()
            .ShouldBe(ids[0]);
    }

    [Fact]
    public async Task Gates_OfARun_ShowVerdictsAndDriftWithoutPersonalData()
    {
        var run = fixture.Passed[2];

        var listed = (await fixture.JsonAsync("gates", "list", "--run", run, "--dag", "people")).AsArray();
        var quality = (await fixture.JsonAsync("gates", "show", run, "quality")).AsArray().ShouldHaveSingleItem()!;
        var drift = (await fixture.JsonAsync("gates", "show", run, "drift", "--dag", "people")).AsArray().ShouldHaveSingleItem()!;
        var table = (await fixture.Up.RunCliAsync("gates", "show", run, "drift")).ShouldSucceed().Output;

        listed.Select(gate => (string?)gate!["task_id"]).ShouldBe(["drift", "quality"], ignoreOrder: true);
        ((string?)quality["verdict"]).ShouldBe("learning");
        quality["checks"]![1]!["sample_rows"]![0]!["mail"]!.ToString().ShouldBe("***");
        ((string?)drift["drift"]!["found"], drift["drift"]!["references"]!.AsArray().Count).ShouldBe(("pass", 2));
        drift["drift"]!["columns"]![0]!["bins"]![0]!["label"]!.ToString().ShouldBe("*** 1");
        table.ShouldMatch(@"mail\s+pass\s+\S+");
        table.ShouldContain("people version 1, month 01, 200 rows");

        (await fixture.JsonAsync("gates", "show", run, "nowhere")).AsArray().ShouldBeEmpty();
        (await fixture.JsonAsync("gates", "list", "--run", "nowhere")).AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task Proposals_OfADataset_AreSuggestedAndDecidedOnceWithoutPersonalData()
    {
        var suggested = await fixture.JsonAsync("gates", "suggest", "people", "--gate", "quality", "--where", "month<04");

        suggested.ToJsonString().ShouldNotContain("@");
        ((int)suggested["versions"]!).ShouldBe(3);
        var ids = suggested["proposals"]!.AsArray().ToDictionary(
            each => $"{each!["check"]!["kind"]} {each["check"]!["column"]}".Trim(), each => each!["proposal_id"]!.ToString());
        ids.Keys.ShouldBe(["row_count", "not_null id", "unique id", "between id", "not_null mail"], ignoreOrder: true);
        (await fixture.JsonAsync("gates", "proposals", "accept", ids["row_count"]))[0]!["state"]!.ToString().ShouldBe("accepted");
        (await fixture.JsonAsync("gates", "proposals", "reject", ids["between id"]))[0]!["state"]!.ToString().ShouldBe("rejected");

        (await fixture.RefusedAsync("gates", "proposals", "accept", ids["row_count"])).ShouldContain("was accepted");
        (await fixture.RefusedAsync("gates", "proposals", "accept", ids["between id"])).ShouldContain("was rejected");
        (await fixture.RefusedAsync("gates", "proposals", "accept", "999")).ShouldContain("999");
        (await fixture.RefusedAsync("gates", "suggest", "nowhere")).ShouldContain("There is no dataset 'nowhere'");
        (await fixture.RefusedAsync("gates", "proposals", "list", "--state", "shut")).ShouldContain("shut");
        (await fixture.JsonAsync("gates", "proposals", "list", "--dataset", "people", "--state", "accepted")).AsArray()
            .ShouldHaveSingleItem()!["check"]!["kind"]!.ToString().ShouldBe("row_count");
    }

    [Fact]
    public async Task Contracts_WithABreak_AreListedShownCheckedAndAcceptedOnce()
    {
        (await fixture.JsonAsync("contracts", "list")).AsArray().ShouldHaveSingleItem()!["personal_columns"]![0]!.ToString()
            .ShouldBe("mail");
        (await fixture.RefusedAsync("contracts", "accept", "people", "--reason", "why")).ShouldContain("nothing to accept");
        (await fixture.JsonAsync("contracts", "check", "people")).AsArray().ShouldBeEmpty();

        await fixture.WriteBreakerAsync();
        var check = await fixture.Up.RunCliAsync("contracts", "check", fixture.BreakerFile, "--output", "json");
        (check.ExitCode, (string?)check.Json[0]!["outcome"]).ShouldBe((1, "breaking"));
        await Eventually.TrueAsync(
            async () => (await fixture.JsonAsync("contracts", "show", "people"))["refused"]!.AsArray().Count == 1, TimeSpan.FromSeconds(60),
            "the break is refused");
        (await fixture.Up.RunCliAsync("contracts", "check", "people", "--output", "json")).ExitCode.ShouldBe(1);
        (await fixture.RefusedAsync("contracts", "accept", "people", "--dag", "people", "--reason", "why")).ShouldContain("breaker");
        ((int)(await fixture.JsonAsync("contracts", "accept", "people", "--reason", "texts from now on"))["version"]!).ShouldBe(2);

        (await fixture.RefusedAsync("contracts", "accept", "people", "--reason", "again")).ShouldContain("nothing to accept");
        (await fixture.RefusedAsync("contracts", "accept", "nowhere", "--reason", "why")).ShouldContain("nowhere");
        (await fixture.RefusedAsync("contracts", "show", "nowhere")).ShouldContain("nowhere");
        (await fixture.RefusedAsync("contracts", "check", "nowhere")).ShouldContain("nowhere");
        var shown = await fixture.JsonAsync("contracts", "show", "people");
        ((int)shown["version"]!, (string?)shown["versions"]![0]!["reason"]).ShouldBe((2, "texts from now on"));
    }

    [Fact]
    public async Task Datasets_WithPersonalData_ShowNoValuesAndTheContractOfEachVersion()
    {
        var profile = await fixture.JsonAsync("datasets", "profile", "people", "--version", "1");
        var table = (await fixture.Up.RunCliAsync("datasets", "profile", "people", "--version", "1")).ShouldSucceed().Output;
        var shown = await fixture.JsonAsync("datasets", "show", "people");
        var drift = await fixture.JsonAsync("datasets", "drift", "people", "--reference", "month=01", "--current", "month=02");
        var versions = (await fixture.JsonAsync("datasets", "versions", "people")).AsArray();

        foreach (var text in new[] { profile.ToJsonString(), table, shown.ToJsonString(), drift.ToJsonString() })
            text.ShouldNotContain("@");
        ((string?)profile["columns"]![1]!["min"], (int)profile["columns"]![1]!["distinct"]!).ShouldBe(("***", 7));
        table.ShouldMatch(@"mail\s+VARCHAR\s+0\s+7\s+\*\*\*\s");
        versions.ShouldAllBe(version => (int)version!["contract_version"]! == 1);
        ((int)shown["versions"]![0]!["contract_version"]!).ShouldBe(1);
    }

    [Theory]
    [InlineData("review", "list")]
    [InlineData("review", "release", "1", "--reason", "why")]
    [InlineData("gates", "list")]
    [InlineData("gates", "proposals", "accept", "1")]
    [InlineData("contracts", "list")]
    [InlineData("contracts", "accept", "people", "--reason", "why")]
    public async Task AnyVerb_WithAWrongToken_IsRefused(params string[] arguments) =>
        (await fixture.RefusedAsync([.. arguments, "--token", "a-token-of-another-server-0123"])).ShouldContain("token");
}

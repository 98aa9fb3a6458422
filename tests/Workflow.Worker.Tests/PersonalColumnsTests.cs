using Workflow.Testing.Running;

namespace Workflow.Worker.Tests;

/// <summary>Values of personal columns stay out of messages, samples and profiles, wherever the rows go.</summary>
public sealed class PersonalColumnsTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("workflow-personal-").FullName;
    private TestEngine engine = null!;

    public async ValueTask InitializeAsync()
    {
        engine = await TestEngine.CreateAsync();
        await engine.StartWorkerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await engine.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("etl")]
    public async Task Run_RowsMadeOfPersonalOnes_ShowNoneOfTheirValues(string queue)
    {
        await SaveAsync("people", "id,born,mail\n1,2000-01-01,ann@home\n2,1999-01-01,bob@home\n3,someday,cid@home\n", $$"""
            var read = dag.Task("read", run => run.Datasets.IngestAsync(
                Source.Csv(File) with { Columns = [new("id", "BIGINT"), new("born", "DATE"), new("mail", "VARCHAR")], Rejects = new Rejects() }, "people")).Queue("{{queue}}");
            var sorted = dag.Gate("sort", read, g => g.Between("id", 2, 9, severity: Severity.Quarantine)).Queue("{{queue}}");
            var renamed = dag.Sql("rename", sorted, into: "contacts", "SELECT id, upper(mail) AS contact, max(born) AS last, count(*) AS n FROM input GROUP BY ALL");
            dag.Gate("judge", renamed, g => g.InSet("contact", ["nobody"], severity: Severity.Warn)).Queue("{{queue}}");
            """);

        var run = await engine.RunAsync("people");

        (await engine.StateAsync(run)).ShouldBe("success", await engine.ExplainAsync(run));
        (await MaskedAsync("people")).ShouldBe("born, mail");
        (await MaskedAsync("people.accepted")).ShouldBe("born, mail");
        (await MaskedAsync("people.quarantine")).ShouldBe("born, mail");
        (await MaskedAsync("people.rejects")).ShouldBe("raw");
        (await MaskedAsync("contacts")).ShouldBe("contact, last", "a count of rows tells of nobody");
        var verdict = await engine.ScalarAsync<string>("SELECT checks::text FROM gate_verdict WHERE task_id = 'judge'");
        verdict.ShouldContain("***");
        verdict.ShouldNotContain("HOME");
        var rejects = await engine.ScalarAsync<string>("SELECT profile::text FROM dataset_version WHERE dataset = 'people.rejects'");
        rejects.ShouldContain("column 'born': '***' is no DATE.");
        rejects.ShouldNotContain("home");
        rejects.ShouldNotContain("someday");
    }

    [Fact]
    public async Task Run_FileWithAPersonalValueThatDoesNotFit_FailsWithoutIt()
    {
        await SaveAsync("people", "id,born,mail\n1,someday,ann@home\n", """
            dag.Task("read", run => run.Datasets.IngestAsync(
                Source.Csv(File) with { Columns = [new("id", "BIGINT"), new("born", "DATE"), new("mail", "VARCHAR")] }, "people"));
            """);

        var run = await engine.RunAsync("people");

        (await engine.ExplainAsync(run)).ShouldContain("line 2: column 'born': '***' is no DATE.");
    }

    [Fact]
    public async Task Run_FileWithoutItsHeader_FailsWithoutTheRowThatStandsInItsPlace()
    {
        await SaveAsync("people", "1,2000-01-01,ann@home\n2,1999-01-01,bob@home\n", """
            dag.Task("read", run => run.Datasets.IngestAsync(
                Source.Csv(File) with { Columns = [new("id", "BIGINT"), new("born", "DATE"), new("mail", "VARCHAR")] }, "people"));
            """);

        var run = await engine.RunAsync("people");

        (await engine.ExplainAsync(run)).ShouldContain("missing id, born, mail; unexpected '***', '***', '***'.");
    }

    [Fact]
    public async Task Run_QueriesThatFailAtAPersonalValue_FailWithoutIt()
    {
        await SaveAsync("people", "id,born,mail\n1,2000-01-01,o'ann@home\n", """
            var read = dag.Task("read", run => run.Datasets.IngestAsync(File, "people"));
            dag.Gate("judge", read, g => g.UnexpectedRows("SELECT * FROM input WHERE mail::BIGINT < 0", Severity.Warn));
            dag.Sql("convert", read, into: "numbers", "SELECT mail::BIGINT AS number FROM input");
            """);

        var run = await engine.RunAsync("people");

        var failure = await engine.ExplainAsync(run);
        failure.ShouldContain("Conversion Error");
        failure.ShouldNotContain("home");
        var verdict = await engine.ScalarAsync<string>("SELECT checks::text FROM gate_verdict WHERE task_id = 'judge'");
        verdict.ShouldContain("Conversion Error");
        verdict.ShouldNotContain("home");
    }

    [Fact]
    public async Task Run_DriftAgainstAPersonalColumnOfAnotherDataset_StoresNoneOfItsValues()
    {
        var rows = Enumerable.Range(0, 40).Select(i => $"{i},2000-01-01,ann{i % 5}@home\n");
        await SaveAsync("people", "id,born,mail\n" + string.Concat(rows), """
            var read = dag.Task("read", run => run.Datasets.IngestAsync(File, "people"));
            var leads = dag.Task("leads", run => run.Datasets.GenerateAsync("SELECT 'x' || i % 5 AS mail FROM range(40) r(i)", "leads"));
            leads.After(read);
            dag.DriftGate("drift", leads, drift => drift.Against(Reference.Version("people", 1)).Columns("mail").Severity(Severity.Warn));
            """);

        var run = await engine.RunAsync("people");

        (await engine.StateAsync(run)).ShouldBe("success", await engine.ExplainAsync(run));
        var report = await engine.ScalarAsync<string>("SELECT report::text FROM drift_report");
        report.ShouldContain("*** 1");
        report.ShouldNotContain("home");
    }

    /// <remarks>As of a task that makes slices of several sources, and of a column that is made no more.</remarks>
    [Fact]
    public async Task Run_VersionsOfOneTaskMadeOfDifferentData_AreMaskedByAllOfThem()
    {
        await SaveAsync("people", "id,born,mail\n1,2000-01-01,ann@home\n2,1999-01-01,bob@home\n", """
            var read = dag.Task("read", run => run.Datasets.IngestAsync(File, "people"));
            dag.Task("all", read, async (run, people) =>
            {
                await run.Datasets.TransformAsync<MailRow, MadeRow>(people, "all", (row, writer) =>
                {
                    if (row.Id == 1)
                        writer.Write(new MadeRow(row.Id, row.Mail));
                    else
                        writer.Reject($"bad mail {row.Mail}");
                });
                await run.Datasets.GenerateAsync("SELECT 1 AS id", "all");
            });
            """, "public sealed record MailRow(long Id, string? Mail); public sealed record MadeRow(long Id, string? Contact);");

        var run = await engine.RunAsync("people");

        (await engine.StateAsync(run)).ShouldBe("success", await engine.ExplainAsync(run));
        (await MaskedAsync("all")).ShouldBe("contact");
        var rejects = await engine.ScalarAsync<string>("SELECT profile::text FROM dataset_version WHERE dataset = 'all.rejects'");
        rejects.ShouldContain("reason");
        rejects.ShouldNotContain("home");
    }

    [Fact]
    public async Task Run_ContractOfWhatWasMade_SaysThatItIsPersonalNoMore()
    {
        await SaveAsync("people", "id,born,mail\n1,2000-01-01,ann@home\n", """
            dag.Contract("domains", contract => contract.Column("domain", "VARCHAR"));
            var read = dag.Task("read", run => run.Datasets.IngestAsync(File, "people"));
            var made = dag.Sql("domains", read, into: "domains", "SELECT split_part(mail, '@', 2) AS domain FROM input");
            dag.Task("copy", made, (run, version) => run.Datasets.TransformAsync<DomainRow, DomainRow>(version, "copies", (row, writer) => writer.Write(row)));
            dag.Task("again", read, (run, version) => run.Datasets.TransformAsync<MailRow, MadeRow>(
                version, "mails", (row, writer) => writer.Write(new MadeRow(row.Id, row.Mail))));
            """, "public sealed record DomainRow(string? Domain); public sealed record MailRow(long Id, string? Mail); public sealed record MadeRow(long Id, string? Contact);");

        var run = await engine.RunAsync("people");

        (await engine.StateAsync(run)).ShouldBe("success", await engine.ExplainAsync(run));
        (await MaskedAsync("domains")).ShouldBe("");
        (await MaskedAsync("copies")).ShouldBe("");
        (await MaskedAsync("mails")).ShouldBe(
            "contact", "nobody said what comes from what, and only the other has a name that is not personal there");
    }

    private Task<string> MaskedAsync(string dataset) =>
        engine.ScalarAsync<string>("SELECT coalesce(string_agg(c, ', ' ORDER BY c), '') FROM personal_columns(@dataset) AS c",
            new { dataset });

    private async Task SaveAsync(string id, string content, string body, string types = "")
    {
        var file = Path.Combine(folder, "people.csv");
        await File.WriteAllTextAsync(file, content);
        await engine.SaveAsync($$"""
            public sealed class Test : IDag
            {
                private const string File = {{System.Text.Json.JsonSerializer.Serialize(file)}};

                public void Define(DagBuilder dag)
                {
                    dag.Id("{{id}}");
                    dag.Contract("people", contract => contract
                        .Column("id", "BIGINT").Column("born", "DATE", column => column.PersonalData(PersonalData.Personal))
                        .Column("mail", "VARCHAR", column => column.PersonalData(PersonalData.Personal)));
                    {{body}}
                }
            }

            {{types}}
            """);
    }
}

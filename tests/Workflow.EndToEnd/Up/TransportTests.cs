using Microsoft.Extensions.Configuration;
using Workflow.Engine.Hosting;

namespace Workflow.EndToEnd.Up;

/// <summary>How the setting that chooses a transport is read.</summary>
public sealed class TransportTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("postgres")]
    public void Find_TheDefault_IsTheDatabasesOwnQueue(string? chosen) => Transports.Find(Settings(chosen)).ShouldBeNull();

    [Fact]
    public void Find_UnknownTransport_NamesThoseThatThereAre()
    {
        var error = Should.Throw<WorkflowException>(() => Transports.Find(Settings("Rabbit")));

        error.Message.ShouldContain("'Rabbit'");
        error.Message.ShouldContain("Postgres");
        error.Message.ShouldContain("Hangfire");
    }

    [Fact]
    public void Find_TransportThatIsNotBuilt_SaysHowToBuildIt()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "hangfire");
        if (Directory.Exists(folder))
            Assert.Skip("It is built here.");

        var error = Should.Throw<WorkflowException>(() => Transports.Find(Settings("Hangfire")));

        error.Message.ShouldContain($"dotnet publish workers/Workflow.Hangfire -c Release -o \"{folder}\"");
    }

    private static IConfiguration Settings(string? chosen) =>
        new ConfigurationBuilder().AddInMemoryCollection([new(Transports.Key, chosen)]).Build();
}

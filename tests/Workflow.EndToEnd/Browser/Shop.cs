using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Workflow.EndToEnd.Up;

namespace Workflow.EndToEnd.Browser;

/// <summary>
/// A server whose shop has five days of orders: three alike, one whose prices have doubled, so that the drift gate fails, and one of a few
/// orders, which its quality gate holds for a person.
/// </summary>
public sealed class Shop : IAsyncLifetime
{
    public const string Dag = "shop";
    public const string MappedDag = "shelves";
    public const string FewOrders = "2024-01-05";

    private const string Source = """
        public sealed class Shop : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("shop").Description("What was ordered, day by day.").Owner("sales");
                dag.Dataset("shop.orders", orders => orders.Description("Orders, a day a slice.").Owner("sales").Tags("orders").Keep(versions: 3));
                dag.Contract("shop.orders", contract => contract
                    .Owner("sales").Meaning("What customers ordered.").Licence("internal").Compatibility(Compatibility.Backward)
                    .Column("id", "BIGINT", column => column.Required().Meaning("Number of the order."))
                    .Column("price", "DOUBLE", column => column.Between(0, 10_000).Unit("EUR"))
                    .Column("kind", "VARCHAR", column => column.OneOf("book", "game", "tea"))
                    .Column("email", "VARCHAR", column => column.PersonalData(PersonalData.Personal))
                    .Key("id"));

                var day = dag.RequiredParam<string>("day");
                var file = dag.RequiredParam<string>("file");
                var raw = dag.Task("ingest", run => run.Datasets.IngestAsync(
                    Source.Csv(run.Get(file)), "shop.raw", new Dictionary<string, string> { ["day"] = run.Get(day) }));
                var good = dag.Gate("quality", raw, gate => gate
                    .RowCount(100, 100_000).NotNull("id").Unique("id").Between("price", 0, 500, mostly: 0.95).MaskColumns("email").HoldBatches().Learnt());
                var orders = dag.Sql("orders", good, "shop.orders", "SELECT id, price, kind, email FROM input");
                dag.DriftGate("drift", orders, drift => drift
                    .Against(Reference.Rolling(3, along: "day")).Columns("price", "kind").Severity(Severity.Warn));
                dag.Sql("prices", orders, "shop.prices", "SELECT kind, avg(price) AS price FROM input GROUP BY ALL");
            }
        }
        """;

    private const string Shelves = """
        public sealed class Shelves : IDag
        {
            public void Define(DagBuilder dag)
            {
                dag.Id("shelves");
                var sizes = dag.Task("sizes", _ => Task.FromResult<int[]>([5, 2]));
                dag.MapGroup("each", sizes, size =>
                {
                    var made = dag.Task("make", size, (run, rows) => run.Datasets.GenerateAsync(
                        "SELECT i FROM range($rows) r(i)", "shop.shelves", new Dictionary<string, string> { ["size"] = $"{rows}" },
                        new Dictionary<string, object> { ["rows"] = (long)rows }));
                    return dag.Gate("counted", made, gate => gate.Between("i", 0, 3, mostly: 0.1, severity: Severity.Quarantine));
                });
            }
        }
        """;

    private readonly Playground playground = new();

    internal UpProcess Up { get; private set; } = null!;

    /// <summary>The run whose drift gate found drift.</summary>
    public string DriftedRun { get; private set; } = "";

    /// <summary>The run whose gate is mapped over shelves of 5 and of 2 rows, of which the first sets one aside.</summary>
    public string MappedRun { get; private set; } = "";

    /// <summary>The run that waits for a person.</summary>
    public string HeldRun { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        await playground.WriteDagAsync("Shop.cs", Source);
        await playground.WriteDagAsync("Shelves.cs", Shelves);
        Up = await playground.StartAsync();
        MappedRun = await Up.Api.TriggerAsync(MappedDag, []);
        await Up.Api.UntilSuccessAsync(MappedDag, MappedRun);
        foreach (var day in new[] { "2024-01-01", "2024-01-02", "2024-01-03" })
            await DoneAsync(day, rows: 400);
        DriftedRun = await DoneAsync("2024-01-04", rows: 400, scale: 2);
        HeldRun = await TriggerAsync(FewOrders, rows: 20);
        await Up.Api.UntilTaskAsync(Dag, HeldRun, "quality", "deferred");
    }

    public ValueTask DisposeAsync() => playground.DisposeAsync();

    /// <summary>Saves another DAG beside the shop's.</summary>
    public Task WriteDagAsync(string file, string source) => playground.WriteDagAsync(file, source);

    /// <summary>Orders of a day.</summary>
    /// <returns>The run that takes them in.</returns>
    public Task<string> OrderAsync(string day, int rows) => TriggerAsync(day, rows);

    private async Task<string> DoneAsync(string day, int rows, double scale = 1)
    {
        var run = await TriggerAsync(day, rows, scale);
        await Up.Api.UntilSuccessAsync(Dag, run);
        return run;
    }

    private async Task<string> TriggerAsync(string day, int rows, double scale = 1)
    {
        var file = playground.PathOf($"orders-{day}.csv");
        await File.WriteAllTextAsync(file, Orders(int.Parse(day[^2..], CultureInfo.InvariantCulture), rows, scale));
        return await Up.Api.TriggerAsync(Dag, new JsonObject { ["day"] = day, ["file"] = file });
    }

    private static string Orders(int seed, int rows, double scale)
    {
        var chance = new Random(seed);
        var text = new StringBuilder("id,price,kind,email\n");
        for (var id = 1; id <= rows; id++)
        {
            var price = Math.Round(scale * (20 + chance.NextDouble() * chance.NextDouble() * 100), 2);
            var kind = chance.Next(10) switch { < 6 => "book", < 9 => "game", _ => "tea" };
            text.Append(CultureInfo.InvariantCulture, $"{id},{price},{kind},{(id % 9 == 0 ? "" : $"c{chance.Next(80)}@shop.example")}\n");
        }

        return text.ToString();
    }
}

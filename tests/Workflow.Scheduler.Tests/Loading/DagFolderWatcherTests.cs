using System.Threading.Channels;
using Workflow.Scheduler.Loading;

namespace Workflow.Scheduler.Tests.Loading;

public sealed class DagFolderWatcherTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly WatchTime time = new();
    private readonly Channel<bool> calls = Channel.CreateUnbounded<bool>();
    private readonly CancellationTokenSource stop = new();
    private Task running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        folder.Dispose();
        stop.Dispose();
    }

    [Fact]
    public async Task RunAsync_Start_CallsOnceAndThenOnlyAfterAChange()
    {
        await StartAsync();

        await time.PollAsync();
        await time.PollAsync();
        calls.Reader.TryRead(out _).ShouldBeFalse();

        folder.Write("A.cs", "// a");
        await CalledAsync();
    }

    [Fact]
    public async Task RunAsync_FileReplacedByARename_Calls()
    {
        folder.Write("A.cs", "// a");
        await StartAsync();

        folder.Write("A.cs.tmp", "// b");
        File.Move(Path.Combine(folder.Root, "A.cs.tmp"), Path.Combine(folder.Root, "A.cs"), overwrite: true);

        await CalledAsync();
    }

    [Fact]
    public async Task RunAsync_ChangeWithinTheFolders_Calls()
    {
        folder.Write("lib/deep/S.cs", "// s");
        await StartAsync();

        folder.Write("lib/deep/S.cs", "// changed");
        await CalledAsync();
    }

    [Theory]
    [InlineData("obj/project.assets.json")]
    [InlineData("Workflow.Dags.csproj")]
    public async Task RunAsync_ProjectOrItsRestoreResultChanged_Calls(string file)
    {
        await StartAsync();

        folder.Write(file, "{}");
        await time.PollUntilAsync(calls.Reader);
    }

    [Fact]
    public async Task RunAsync_FolderMadeLater_CallsAtTheNextPollAndListensFromThenOn()
    {
        folder.Dispose();
        await StartAsync();

        folder.Write("A.cs", "// a");
        await time.PollAsync();
        await CalledAsync();

        folder.Write("A.cs", "// changed");
        await CalledAsync();
    }

    [Fact]
    public async Task RunAsync_FolderDeletedAndMadeAgain_IsStillGuarded()
    {
        folder.Write("A.cs", "// a");
        await StartAsync();
        folder.Dispose();
        await CalledAsync();

        folder.Write("B.cs", "// b");
        await time.PollUntilAsync(calls.Reader);
        folder.Write("B.cs", "// changed");
        await CalledAsync();
    }

    [Fact]
    public async Task RunAsync_ChangeDuringTheCall_CallsAgain()
    {
        var first = true;
        await StartAsync(_ =>
        {
            if (first)
                folder.Write("A.cs", "// written during the first call");
            first = false;
        });

        await CalledAsync();
    }

    [Fact]
    public async Task RunAsync_CallbackThatThrows_EndsTheWatch()
    {
        var watcher = new DagFolderWatcher(folder.Root, time);

        await Should.ThrowAsync<InvalidOperationException>(() => watcher.RunAsync(_ => throw new InvalidOperationException(), stop.Token));
    }

    [Fact]
    public async Task RunAsync_WithTheRealClock_TakesAChangeIn()
    {
        running = new DagFolderWatcher(folder.Root, TimeProvider.System).RunAsync(
            async token => await calls.Writer.WriteAsync(true, token), stop.Token);
        await CalledAsync();

        folder.Write("A.cs", "// a");
        await CalledAsync();
    }

    [Theory]
    [InlineData("A.cs", true)]
    [InlineData("lib/deep/S.cs", true)]
    [InlineData("team", true)]
    [InlineData("obj/project.assets.json", true)]
    [InlineData("obj/project.nuget.cache", false)]
    [InlineData("obj/Debug/X.cs", false)]
    [InlineData("Workflow.Dags.csproj", true)]
    [InlineData("team/X.csproj", false)]
    [InlineData("obj", false)]
    [InlineData("team/bin/Debug/X.cs", false)]
    [InlineData(".git/index", false)]
    [InlineData("A.cs~", false)]
    [InlineData(".A.cs.swp", false)]
    public void Matters_Table(string path, bool expected) => DagFolder.Matters("/dags", $"/dags/{path}").ShouldBe(expected);

    private async Task StartAsync(Action<int>? during = null)
    {
        var count = 0;
        running = new DagFolderWatcher(folder.Root, time).RunAsync(
            token =>
            {
                during?.Invoke(count++);
                return calls.Writer.WriteAsync(true, token).AsTask();
            },
            stop.Token);
        await CalledAsync();
    }

    private async Task CalledAsync() =>
        await calls.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>A clock whose short waits are over at once, and whose polls happen when the test says so.</summary>
    private sealed class WatchTime : TimeProvider
    {
        private readonly Channel<PollTimer> polls = Channel.CreateUnbounded<PollTimer>();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new PollTimer(() => callback(state));
            if (dueTime < new DagFolderWatcherOptions().Poll)
                ThreadPool.QueueUserWorkItem(_ => timer.Fire());
            else
                polls.Writer.TryWrite(timer);
            return timer;
        }

        /// <summary>Ends the watcher's current wait for a poll, and returns when it has begun the next wait.</summary>
        public async Task PollAsync()
        {
            PollTimer timer;
            do
                timer = await polls.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
            while (!timer.Fire());
            await polls.Reader.WaitToReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        }

        public async Task PollUntilAsync(ChannelReader<bool> called)
        {
            do
                await PollAsync();
            while (!called.TryRead(out _));
        }
    }

    private sealed class PollTimer(Action fire) : ITimer
    {
        private readonly Lock gate = new();
        private bool over;

        /// <summary>Whether the timer was still waited for.</summary>
        public bool Fire()
        {
            lock (gate)
            {
                if (over)
                    return false;
                over = true;
                fire();
                return true;
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose()
        {
            lock (gate)
                over = true;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

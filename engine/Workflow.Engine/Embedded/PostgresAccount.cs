using System.Globalization;

namespace Workflow.Engine.Embedded;

/// <summary>
/// Who PostgreSQL runs as. It refuses to run as root, and root is what a container usually offers. Root therefore runs it in a user
/// namespace that calls the same user by another number: to the kernel it stays root's own process, so binaries and data may lie below a
/// folder that only root can enter. Where namespaces are forbidden (Docker's default profile), it runs as another user, who then must be
/// able to reach both.
/// </summary>
/// <param name="Prefix">What stands before each PostgreSQL command.</param>
/// <param name="Owner">The <c>uid:gid</c> that files must belong to, or null where they belong to the caller anyway.</param>
internal sealed record PostgresAccount(IReadOnlyList<string> Prefix, string? Owner)
{
    private static readonly PostgresAccount Caller = new([], null);

    internal static async Task<PostgresAccount> FindAsync(string programs, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return Caller;

        var users = ReadUsers();
        List<string> refusals = [];
        foreach (var account in new[] { InNamespace(users), AsOtherUser(users) })
        {
            var probe = await Tool.RunAsync([.. account.Prefix, Program(programs, "postgres"), "--version"], "/", cancellationToken);
            if (probe.Succeeded)
                return account;
            refusals.Add(probe.Output);
        }

        throw new EmbeddedPostgresException(
            $"""
            PostgreSQL refuses to run as root, and neither way around that works here.
              In a user namespace: {refusals[0]}
              As another user:     {refusals[1]}
            Run as an ordinary user, allow user namespaces (Docker: --security-opt seccomp=unconfined), move the folder
            to where every user may enter it, or use a PostgreSQL server of your own by giving its connection string.
            """);
    }

    internal static string Program(string programs, string name) =>
        Path.Combine(programs, "bin", OperatingSystem.IsWindows() ? $"{name}.exe" : name);

    internal async Task TakeOverAsync(string path, CancellationToken cancellationToken)
    {
        if (Owner is null)
            return;
        var result = await Tool.RunAsync(["chown", "-R", Owner, path], "/", cancellationToken);
        if (!result.Succeeded)
            throw new EmbeddedPostgresException($"Cannot give {path} to the user that runs PostgreSQL: {result.Output}");
    }

    // initdb looks its user up by number, so the number must be one that /etc/passwd knows; which one does not matter.
    private static PostgresAccount InNamespace(IReadOnlyList<User> users)
    {
        var user = users[0].Id.ToString(CultureInfo.InvariantCulture);
        return new PostgresAccount(["unshare", "--user", $"--map-user={user}", $"--map-group={user}"], null);
    }

    private static PostgresAccount AsOtherUser(IReadOnlyList<User> users)
    {
        var user = users.FirstOrDefault(user => user.Name == "postgres") ?? users.FirstOrDefault(user => user.Name == "nobody") ?? users[0];
        return new PostgresAccount(["setpriv", $"--reuid={user.Id}", $"--regid={user.Group}", "--clear-groups"], $"{user.Id}:{user.Group}");
    }

    private static IReadOnlyList<User> ReadUsers()
    {
        const string file = "/etc/passwd";
        var users = (File.Exists(file) ? File.ReadLines(file) : [])
            .Select(line => line.Split(':'))
            .Where(fields => fields.Length >= 4)
            .Select(fields =>
                int.TryParse(fields[2], out var id) && int.TryParse(fields[3], out var group) ? new User(fields[0], id, group) : null)
            .OfType<User>()
            .Where(user => user.Id > 0)
            .ToList();
        return users.Count > 0
            ? users
            : throw new EmbeddedPostgresException($"PostgreSQL refuses to run as root, and {file} names no other user to run it as.");
    }

    private sealed record User(string Name, int Id, int Group);
}

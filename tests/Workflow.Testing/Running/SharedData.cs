using Xunit;

namespace Workflow.Testing.Running;

/// <summary>
/// The folder of public data that some tests read: <c>WORKFLOW_TEST_DATA</c>, or <c>../shared/data</c> beside the checkout.
/// </summary>
public static class SharedData
{
    /// <summary>A folder or file of the data. The test is skipped where it is absent, and fails where <c>CI=true</c>.</summary>
    public static string Require(string relative)
    {
        var root = Environment.GetEnvironmentVariable("WORKFLOW_TEST_DATA")
            ?? Path.Combine(PostgresServer.Checkout, "..", "shared", "data");
        var path = Path.GetFullPath(Path.Combine(root, relative));
        if (Path.Exists(path))
            return path;
        var message = $"{path} is not there; WORKFLOW_TEST_DATA names the folder of the public data.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(message);
        Assert.Skip(message);
        return path;
    }
}

namespace Workflow.Postgres.Workers;

public static partial class WorkerLogin
{
    private const string Remember = "SELECT set_config('workflow.password', @password, false)";

    // ALTER ROLE takes no parameters; format quotes what the session remembers.
    private const string AllowLogin = """
        DO $$ BEGIN EXECUTE format('ALTER ROLE workflow_worker LOGIN PASSWORD %L', current_setting('workflow.password')); END $$
        """;
}

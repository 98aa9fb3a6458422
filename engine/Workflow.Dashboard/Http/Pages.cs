using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;
using Workflow.Npm;

namespace Workflow.Dashboard.Http;

/// <summary>Serves the built pages: files by their path, and the one page for every other path outside the API.</summary>
internal static class Pages
{
    private const string Start = "/index.html";

    /// <summary>Vite names what lies here by its content.</summary>
    private const string Assets = "/assets";

    public static void UsePages(this WebApplication app, DashboardOptions options)
    {
        if (Folder(options) is not { } folder || !File.Exists(folder + Start))
        {
            app.Logger.NoPages(options.PagesFolder ?? "engine/Workflow.Npm/dist");
            return;
        }

        var files = new PhysicalFileProvider(folder);

        // The pages read their own address: all of them are one file.
        app.Use((context, next) =>
        {
            var path = context.Request.Path;
            var reads = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);
            if (reads && context.GetEndpoint() is null && !ApiPath.Is(path) && !path.StartsWithSegments(Assets) && !files.GetFileInfo(path).Exists)
                context.Request.Path = Start;
            return next(context);
        });
        app.UseStaticFiles(new StaticFileOptions { FileProvider = files, OnPrepareResponse = Cache });
    }

    private static string? Folder(DashboardOptions options)
    {
        try
        {
            return Path.GetFullPath(options.PagesFolder ?? NpmFolder.Dashboard);
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    private static void Cache(StaticFileResponseContext response) =>
        response.Context.Response.Headers.CacheControl =
            response.Context.Request.Path.StartsWithSegments(Assets) ? "public, max-age=31536000, immutable" : "no-cache";
}

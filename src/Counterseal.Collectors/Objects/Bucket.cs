using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Counterseal.Custody;

namespace Counterseal.Collectors;

/// <summary>A bucket that speaks S3. The credential's role should have <c>ListBucket</c> and <c>GetObject</c> and nothing else; this class asks for nothing else.</summary>
internal sealed class Bucket : IObjectStore
{
    private readonly CollectorSettings _settings;
    private readonly string _bucket;
    private readonly Lazy<AmazonS3Client> _client;

    public Bucket(CollectorSettings settings)
    {
        settings.Only([.. ObjectCollector.Settings, "endpoint", "region", "bucket", "key"]);
        _settings = settings;
        _bucket = settings.Need("bucket");
        var endpoint = settings.Need("endpoint");
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || !(uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))) throw settings.Wrong("\"endpoint\" is https://…, or http on this machine");
        var key = settings.Need("key");
        _client = new(() => new AmazonS3Client(new BasicAWSCredentials(key, settings.Credential()), new AmazonS3Config
        {
            ServiceURL = endpoint,
            ForcePathStyle = true,
            AuthenticationRegion = settings.Settings.GetValueOrDefault("region", "us-east-1"),
            AllowAutoRedirect = false,
            MaxErrorRetry = 2,
        }));
    }

    public string What => $"the objects of bucket {_bucket}";

    public IEnumerable<StoredObject> List(string prefix, string? after, CancellationToken cancel)
    {
        var request = new ListObjectsV2Request { BucketName = _bucket, Prefix = prefix, StartAfter = after };
        var last = after;
        do
        {
            var page = Asked(() => _client.Value.ListObjectsV2Async(request, cancel), cancel);
            foreach (var one in page.S3Objects ?? [])
            {
                if (!one.Key.StartsWith(prefix, StringComparison.Ordinal) || (last is not null && Compare(one.Key, last) <= 0)) throw new SourceException($"the collector \"{_settings.Name}\": the store lists objects that were not asked for, or in no order");
                last = one.Key;
                // What ends in a slash and is empty stands for a folder in some stores.
                if (one.Key.EndsWith('/') && one.Size is null or 0) continue;
                yield return new StoredObject(one.Key, one.Size ?? 0, new DateTimeOffset((one.LastModified ?? DateTime.UnixEpoch).ToUniversalTime()));
            }
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken ?? throw new SourceException($"the collector \"{_settings.Name}\": the store broke off its list") : null;
        }
        while (request.ContinuationToken is not null);
    }

    public Stream Open(StoredObject stored, CancellationToken cancel)
    {
        var response = Asked(() => _client.Value.GetObjectAsync(new GetObjectRequest { BucketName = _bucket, Key = stored.Key }, cancel), cancel);
        if (response.ContentLength == stored.Size) return response.ResponseStream;
        response.Dispose();
        throw new SourceException($"{stored.Key}: it has another size than in the list; it changed while it was being read. Run again.");
    }

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    private T Asked<T>(Func<Task<T>> ask, CancellationToken cancel)
    {
        try
        {
            return Task.Run(ask, cancel).GetAwaiter().GetResult();
        }
        catch (Exception e) when (e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException)
        {
            throw new SourceException($"the collector \"{_settings.Name}\": the store refused or broke off ({(e as AmazonServiceException)?.ErrorCode ?? e.GetType().Name})");
        }
    }

    /// <summary>As stores order keys: by their UTF-8 bytes, which is not always as .NET orders strings.</summary>
    private static int Compare(string one, string other) => System.Text.Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(other));
}

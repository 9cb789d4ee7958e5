namespace Ojin.Http;

/// <summary>Who answered, or should have.</summary>
public enum OjinService
{
    /// <summary>The Ojin REST API: variants, configurations, assets.</summary>
    Ojin,

    /// <summary>The Ojin Session API: agent sessions. It takes no key.</summary>
    Agents,

    /// <summary>Ozor: prompt to video, document to video.</summary>
    Ozor,

    /// <summary>The AIMP Gateway: models, media, billing.</summary>
    Aimp,

    /// <summary>The storage behind presigned URLs. It gets bytes and no credential.</summary>
    Storage,
}

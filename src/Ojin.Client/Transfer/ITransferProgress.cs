namespace Ojin.Transfer;

/// <summary>Is told how transfers go on. It is called from any thread, often, and must be quick.</summary>
public interface ITransferProgress
{
    /// <summary>A file begins.</summary>
    /// <param name="name">Its name, as it is.</param>
    /// <param name="size">Its size in bytes; null where nobody knows it yet.</param>
    /// <param name="done">How many of its bytes are there already.</param>
    /// <returns>What is told about this file, and disposed when it has ended.</returns>
    ITransferItem Begin(string name, long? size, long done);
}

/// <summary>The progress of one file.</summary>
public interface ITransferItem : IDisposable
{
    /// <summary>So many bytes have moved; a negative number takes back what has to move again.</summary>
    void Add(long bytes);

    /// <summary>So many bytes turned out to be there already: they are done, and say nothing of how fast it goes.</summary>
    void AddFound(long bytes) => Add(bytes);

    /// <summary>The size turned out.</summary>
    void SetSize(long size);
}

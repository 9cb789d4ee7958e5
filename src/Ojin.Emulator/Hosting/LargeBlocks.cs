using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace Ojin.Emulator;

/// <summary>
/// Gives Kestrel blocks of 64 KiB to receive into. Its own are of 4 KiB, and a receive for each of those costs more than
/// all that is done with the bytes of an upload.
/// </summary>
internal sealed class LargeBlocks : IMemoryPoolFactory<byte>
{
    private const int BlockSize = 64 * 1024;
    private const int MostKept = 256;

    private readonly ConcurrentQueue<byte[]> _kept = new();

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool(this);

    private sealed class Pool(LargeBlocks blocks) : MemoryPool<byte>
    {
        public override int MaxBufferSize => BlockSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
            return new Block(blocks, blocks._kept.TryDequeue(out var bytes) ? bytes : GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true));
        }

        protected override void Dispose(bool disposing)
        {
        }
    }

    private sealed class Block(LargeBlocks blocks, byte[] bytes) : IMemoryOwner<byte>
    {
        private byte[]? _bytes = bytes;

        public Memory<byte> Memory => _bytes ?? throw new ObjectDisposedException(nameof(Block));

        public void Dispose()
        {
            // Twice would hand the same block to two connections.
            if (Interlocked.Exchange(ref _bytes, null) is { } freed && blocks._kept.Count < MostKept)
                blocks._kept.Enqueue(freed);
        }
    }
}

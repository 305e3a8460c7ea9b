/// How a journal uses its disk and memory.
public struct JournalSettings: Hashable, Sendable {
  /// Bytes of a segment file, zero-filled ahead of its use; at least 16 KiB, below 4 GiB.
  public var segmentBytes: Int
  /// What may wait for the writer; appends beyond it are refused as ``JournalRefusal/overloaded``. Twice as much is held
  /// at most. Never more than fits a segment.
  public var pendingBytes: Int
  /// How long after a failed attempt to make a segment (a full disk) the next one follows.
  public var retryInterval: Duration
  /// Bytes of the whole directory above which drained segments go before their time, the oldest first.
  public var ceilingBytes: Int

  public init(
    segmentBytes: Int = 64 << 20, pendingBytes: Int = 16 << 20, retryInterval: Duration = .seconds(1),
    ceilingBytes: Int = 20 << 30
  ) {
    self.segmentBytes = min(max(segmentBytes, 16 << 10), Int(UInt32.max) & ~(SegmentHeader.pageSize - 1))
    self.pendingBytes = min(pendingBytes, self.segmentBytes - SegmentHeader.pageSize)
    self.retryInterval = retryInterval
    self.ceilingBytes = ceilingBytes
  }
}

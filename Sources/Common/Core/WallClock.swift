#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where the time comes from. Everything that keeps or compares times takes one, so that tests can live through months.
public protocol WallClock: Sendable {
  func now() -> Timestamp
}

/// The machine's real-time clock.
public struct SystemClock: WallClock {
  public init() {}

  public func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
  }
}

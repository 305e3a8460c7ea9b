public import Core
import Synchronization

/// A clock that stands still until it is moved.
public final class TestClock: WallClock {
  private let time: Mutex<Timestamp>

  /// - Parameter time: 2026-11-21T10:00:00Z unless told otherwise.
  public init(_ time: Timestamp = Timestamp(seconds: 1_795_255_200)) { self.time = Mutex(time) }

  public func now() -> Timestamp { time.withLock { $0 } }
  public func set(_ time: Timestamp) { self.time.withLock { $0 = time } }
  public func advance(by duration: Duration) { time.withLock { $0 += duration } }
}

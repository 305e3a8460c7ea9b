public import Core
import Synchronization

/// Counts what its caller charges, per key, and says when a key has had enough: at most `limit` in any `window`.
///
/// A window is counted in fifteen slices; a slice leaves as a whole, so the bound is kept strictly and a key waits at
/// most a fifteenth longer than it must. Memory is bounded: of more than `maxKeys` keys the least recently charged go.
public final class RateLimiter<Key: Hashable & Sendable>: Sendable {
  public let limit: Int
  public let window: Duration

  private struct State {
    // Two generations: when the young one is full it becomes the old one, and what was not touched since is dropped.
    var young: [Key: SlidingCount] = [:]
    var old: [Key: SlidingCount] = [:]
  }

  private let state = Mutex(State())
  private let clock: any WallClock
  private let keysPerGeneration: Int

  public init(limit: Int, window: Duration, maxKeys: Int = 100_000, clock: any WallClock) {
    self.limit = limit
    self.window = window
    self.clock = clock
    keysPerGeneration = max(1, maxKeys / 2)
  }

  /// Counts one for the key. Nil when it was within the limit; else the seconds to wait, and nothing was counted.
  public func charge(_ key: Key) -> Int? {
    let slice = currentSlice
    return state.withLock { state in
      var count = take(key, from: &state)
      count.advance(to: slice)
      defer { put(count, at: key, in: &state) }
      guard count.total < limit else { return secondsUntilFree(count) }
      count.add(1)
      return nil
    }
  }

  /// Takes one back: of a log-in that turned out right, for instance, when only failures count.
  public func refund(_ key: Key) {
    let slice = currentSlice
    state.withLock { state in
      var count = take(key, from: &state)
      count.advance(to: slice)
      count.add(-1)
      put(count, at: key, in: &state)
    }
  }

  /// The seconds a key has to wait, nil for none. Counts nothing.
  public func wait(_ key: Key) -> Int? {
    let slice = currentSlice
    return state.withLock { state in
      guard var count = state.young[key] ?? state.old[key] else { return nil }
      count.advance(to: slice)
      return count.total < limit ? nil : secondsUntilFree(count)
    }
  }

  /// Forgets the key.
  public func reset(_ key: Key) {
    state.withLock { state in
      state.young[key] = nil
      state.old[key] = nil
    }
  }

  /// Counts one, or throws 429 with `Retry-After`.
  public func admit(_ key: Key) throws(Problem) {
    if let seconds = charge(key) { throw .tooManyRequests(retryAfter: seconds) }
  }

  var keyCount: Int { state.withLock { $0.young.count + $0.old.count } }

  private var sliceLength: Int64 { max(1, window.wholeMicroseconds / Int64(SlidingCount.slices - 1)) }

  private var currentSlice: Int64 { clock.now().microseconds / sliceLength }

  private func secondsUntilFree(_ count: SlidingCount) -> Int {
    let end = count.sliceThatFrees(limit: limit) * sliceLength
    let microseconds = end - clock.now().microseconds
    return max(1, Int((microseconds + 999_999) / 1_000_000))
  }

  private func take(_ key: Key, from state: inout State) -> SlidingCount {
    state.young.removeValue(forKey: key) ?? state.old.removeValue(forKey: key) ?? SlidingCount()
  }

  private func put(_ count: SlidingCount, at key: Key, in state: inout State) {
    guard count.total > 0 else { return }
    if state.young.count >= keysPerGeneration {
      state.old = state.young
      state.young = [:]
    }
    state.young[key] = count
  }
}

/// The counts of the sixteen latest slices of time: fifteen whole ones and the running one.
struct SlidingCount: Sendable {
  static let slices = 16

  private var counts = SIMD16<UInt32>(repeating: 0)
  private var slice: Int64 = 0
  private(set) var total = 0

  /// Drops what is too old. A clock that went back counts on in the latest slice.
  mutating func advance(to now: Int64) {
    guard now > slice else { return }
    for passed in 1...min(now - slice, Int64(SlidingCount.slices)) {
      let index = Int((slice + passed) & 15)
      total -= Int(counts[index])
      counts[index] = 0
    }
    slice = now
  }

  mutating func add(_ amount: Int) {
    let index = Int(slice & 15)
    if amount > 0 {
      counts[index] += UInt32(amount)
      total += amount
    } else if total > 0 {
      // What is taken back may have been counted in an earlier slice.
      for back in 0..<Int64(SlidingCount.slices) {
        let earlier = Int((slice - back) & 15)
        guard counts[earlier] > 0 else { continue }
        counts[earlier] -= 1
        total -= 1
        return
      }
    }
  }

  /// The slice at whose beginning fewer than `limit` are left.
  func sliceThatFrees(limit: Int) -> Int64 {
    var left = total
    for age in stride(from: Int64(SlidingCount.slices - 1), through: 0, by: -1) {
      left -= Int(counts[Int((slice - age) & 15)])
      if left < limit { return slice - age + Int64(SlidingCount.slices) }
    }
    return slice + Int64(SlidingCount.slices)
  }
}

extension IPAddress {
  /// What a limit counts for: an IPv4 address, or the /64 that an IPv6 user commands.
  public var limitKey: IPAddress { isV4 ? self : IPAddress(high: high, low: 0) }
}

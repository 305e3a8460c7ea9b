import Core
import Synchronization

/// Answers of the breach look-up, by a keyed hash of the address: bounded, and each for a while.
final class BreachMemory: Sendable {
  private struct Entry: Sendable {
    let breaches: [Breach]
    let end: Timestamp
  }

  // Two generations: when the young one is full it becomes the old one, and what was not asked for since is dropped.
  private struct State {
    var young: [[UInt8]: Entry] = [:]
    var old: [[UInt8]: Entry] = [:]
  }

  static let lifetime = Duration.hours(24)

  private let state = Mutex(State())
  private let perGeneration: Int

  init(most: Int = 10_000) { perGeneration = max(1, most / 2) }

  func breaches(of key: [UInt8], at now: Timestamp) -> [Breach]? {
    state.withLock { state in
      guard let entry = state.young[key] ?? state.old[key], entry.end > now else { return nil }
      return entry.breaches
    }
  }

  func remember(_ breaches: [Breach], of key: [UInt8], at now: Timestamp) {
    state.withLock { state in
      if state.young.count >= perGeneration {
        state.old = state.young
        state.young = [:]
      }
      state.young[key] = Entry(breaches: breaches, end: now + Self.lifetime)
    }
  }

  var count: Int { state.withLock { $0.young.count + $0.old.count } }
}

import Core
import Synchronization

/// The files of imported landings, lately asked for ones in memory. A file never changes under its address, so what is in
/// memory is right for ever; clicks never wait here, only the pages' own requests do.
final class LandingAssets: Sendable {
  struct Key: Hashable, Sendable {
    let tenantID: Int64
    let landingID: Int64
    let version: Int
    let path: String
  }

  struct Stored: Sendable {
    /// The `Content-Type`.
    let type: String
    /// Of the content.
    let tag: String
    let bytes: [UInt8]
  }

  /// Two generations: when the young one is full it becomes the old one, and what was not asked for since is dropped.
  fileprivate struct State {
    var young: [Key: Stored] = [:]
    var old: [Key: Stored] = [:]
    var youngBytes = 0
  }

  private let state = Mutex(State())
  private let bytesPerGeneration: Int
  private let load: @Sendable (Key) async throws -> Stored?

  /// - Parameters:
  ///   - bytes: kept in memory at most.
  ///   - load: from the database; nil if there is no such file.
  init(bytes: Int = 64 << 20, load: @escaping @Sendable (Key) async throws -> Stored?) {
    bytesPerGeneration = bytes / 2
    self.load = load
  }

  func asset(_ key: Key) async throws -> Stored? {
    if let known = state.withLock({ $0.take(key) }) {
      keep(known, at: key)
      return known
    }
    guard let stored = try await load(key) else { return nil }
    keep(stored, at: key)
    return stored
  }

  private func keep(_ stored: Stored, at key: Key) {
    let size = stored.bytes.count + 512
    guard size <= bytesPerGeneration else { return }
    state.withLock { state in
      guard state.young[key] == nil else { return }
      if state.youngBytes + size > bytesPerGeneration {
        state.old = state.young
        state.young = [:]
        state.youngBytes = 0
      }
      state.young[key] = stored
      state.youngBytes += size
    }
  }

  var byteCount: Int { state.withLock { $0.young.values.reduce(0) { $0 + $1.bytes.count } } }
}

extension LandingAssets.State {
  fileprivate mutating func take(_ key: LandingAssets.Key) -> LandingAssets.Stored? {
    young[key] ?? old.removeValue(forKey: key)
  }
}

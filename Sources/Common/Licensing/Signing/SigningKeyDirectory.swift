public import Core
import Foundation

/// Why there is no key to sign with. The licence server refuses to start then.
public enum SigningKeyFault: Error, Hashable, Sendable, CustomStringConvertible {
  case noDirectory(path: String)
  case noActiveKey(path: String)
  case malformed(path: String)
  case file(PrivateFile.Fault)
  /// A retired key must be published for longer than a lease and its grace.
  case overlapTooShort

  public var description: String {
    switch self {
    case .noDirectory(let path):
      "\(path) is no readable directory; make the first key with `license-server keys rotate`"
    case .noActiveKey(let path): "\(path) holds no active signing key; make one with `license-server keys rotate`"
    case .malformed(let path): "\(path) holds no Ed25519 key that fits its own id"
    case .file(let fault): "\(fault)"
    case .overlapTooShort: "a retired key must stay published for more than lease and grace (21 days)"
    }
  }
}

/// `SIGNING_KEYS_DIR`: one file `<kid>.json` (mode 0600) for each key. The calls block: for start-up, commands and the
/// occasional reload.
public struct SigningKeyDirectory: Sendable {
  public let path: String

  /// Long enough for the longest offline lease and its grace.
  public static let overlap = LeaseTerms.offlineLifetime.upperBound + LeaseTerms.grace + .days(1)

  public init(path: String) { self.path = path }

  public func load() throws(SigningKeyFault) -> SigningKeyRing {
    guard let ring = SigningKeyRing(try keys()) else { throw .noActiveKey(path: path) }
    return ring
  }

  /// Makes a new signing key and retires the one before it. In an empty directory it makes the first key, and the
  /// directory too if need be. The new key is on disk before the old one is retired, so there is always one to sign.
  @discardableResult
  public func rotate(
    at now: Timestamp, overlap: Duration = SigningKeyDirectory.overlap
  ) throws(SigningKeyFault) -> SigningKeyRing {
    guard overlap > LeaseTerms.lifetime + LeaseTerms.grace else { throw .overlapTooShort }
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw .noDirectory(path: path)
    }
    let former = try keys()
    try write(SigningKey.generate(at: now))
    for var key in former {
      if key.retiredAt == nil {
        key.retiredAt = now
        key.publishedUntil = now + overlap
        try write(key)
      } else if let until = key.publishedUntil, until <= now {
        try? FileManager.default.removeItem(atPath: file(key.id))
      }
    }
    return try load()
  }

  private func keys() throws(SigningKeyFault) -> [SigningKey] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { throw .noDirectory(path: path) }
    var keys: [SigningKey] = []
    for name in names.sorted() where name.hasSuffix(".json") { keys.append(try key(in: "\(path)/\(name)")) }
    return keys
  }

  private func key(in file: String) throws(SigningKeyFault) -> SigningKey {
    let bytes: [UInt8]
    do { bytes = try PrivateFile.read(file) } catch { throw .file(error) }
    guard let json = try? JSONValue.parse(bytes), let key = SigningKey(fileJSON: json) else {
      throw .malformed(path: file)
    }
    return key
  }

  private func write(_ key: SigningKey) throws(SigningKeyFault) {
    do { try PrivateFile.replace(file(key.id), key.fileJSON.utf8) } catch { throw .file(error) }
  }

  private func file(_ id: String) -> String { "\(path)/\(id).json" }
}

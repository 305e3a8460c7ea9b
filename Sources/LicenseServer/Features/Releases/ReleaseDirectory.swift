import Core
import Crypto
import Foundation

/// `RELEASES_DIR`: `release-key.pub`, and a folder for each version with MANIFEST, MANIFEST.sig and the files they name,
/// as `ops/release` writes them. The calls block.
struct ReleaseDirectory: Sendable {
  let path: String

  static let keyName = "release-key.pub"
  private static let mostVersions = 500

  /// The key that releases are signed with.
  func key() throws(ReleaseFault) -> ReleaseKey {
    let path = "\(path)/\(Self.keyName)"
    guard let bytes = contents(of: path, limit: 4_096), let text = String(validating: bytes, as: UTF8.self),
      let key = ReleaseKey(pem: text)
    else { throw .key(path: path) }
    return key
  }

  /// The versions that have a folder with a manifest, in no order.
  func versions() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return Array(
      names.lazy.filter { ReleaseManifest.isVersion($0) }
        .filter { FileManager.default.fileExists(atPath: "\(path)/\($0)/\(ReleaseManifest.name)") }
        .prefix(Self.mostVersions))
  }

  /// The manifest of a version, its signature checked.
  func manifest(of version: String) throws(ReleaseFault) -> SignedManifest {
    let folder = "\(path)/\(version)"
    guard ReleaseManifest.isVersion(version),
      let bytes = contents(of: "\(folder)/\(ReleaseManifest.name)", limit: ReleaseManifest.maxSize),
      let signature = contents(of: "\(folder)/\(ReleaseManifest.signatureName)", limit: 64)
    else { throw .notFound(version: version) }
    let key = try key()
    let text = String(decoding: bytes, as: UTF8.self)
    guard key.isValid(signature, for: text) else { throw .signature }
    let manifest = try ReleaseManifest(text)
    guard manifest.version == version else { throw .otherVersion(manifest.version) }
    return SignedManifest(manifest: manifest, signature: signature, keyFingerprint: key.fingerprint)
  }

  /// The manifest of a version, its signature and every file checked.
  func checked(_ version: String) throws(ReleaseFault) -> SignedManifest {
    let signed = try manifest(of: version)
    try check(signed.manifest)
    return signed
  }

  /// Reads every file of the release through and compares.
  private func check(_ manifest: ReleaseManifest) throws(ReleaseFault) {
    for file in manifest.files {
      guard let reader = open(file, of: manifest.version) else {
        let isThere = FileManager.default.fileExists(atPath: "\(path)/\(manifest.version)/\(file.name)")
        throw isThere ? .changed(file: file.name) : .missing(file: file.name)
      }
      guard reader.sha256() == file.sha256 else { throw .changed(file: file.name) }
    }
  }

  /// A file of a published release; nil when it is gone or has another size. The names come from a manifest, which has
  /// no folders in them, and links are not followed.
  func open(_ file: ReleaseManifest.File, of version: String) -> ReleaseFileReader? {
    guard let reader = ReleaseFileReader("\(path)/\(version)/\(file.name)"), reader.size == file.size else {
      return nil
    }
    return reader
  }

  private func contents(of path: String, limit: Int) -> [UInt8]? {
    guard let reader = ReleaseFileReader(path), reader.size <= limit else { return nil }
    return reader.read(0..<reader.size)
  }
}

import Core
import Crypto
import Foundation
import TestSupport
import Testing

@testable import LicenseServer

/// A RELEASES_DIR as `ops/release` fills it, with a key of its own; gone with the object.
final class ReleaseFixture: Sendable {
  let path: String
  private let key = Curve25519.Signing.PrivateKey()

  init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "releases-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try write(pem, to: "release-key.pub")
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var pem: String {
    let document = Data([UInt8](hex: "302a300506032b6570032100") ?? []) + key.publicKey.rawRepresentation
    return "-----BEGIN PUBLIC KEY-----\n\(document.base64EncodedString())\n-----END PUBLIC KEY-----\n"
  }

  static func archiveName(_ version: String) -> String { "trackily-\(version)-linux-x86_64.tar.gz" }

  /// A signed release whose archive holds `content`.
  func add(_ version: String, channel: String = "stable", content: [UInt8] = Array("an archive".utf8)) throws {
    try FileManager.default.createDirectory(atPath: "\(path)/\(version)", withIntermediateDirectories: true)
    try Data(content).write(to: URL(filePath: "\(path)/\(version)/\(Self.archiveName(version))"))
    let digest = Array(SHA256.hash(data: content)).hex
    try sign(
      """
      trackily-release 1
      version \(version)
      channel \(channel)
      built 2026-11-21T10:00:00.000Z
      file \(digest) \(content.count) \(Self.archiveName(version))

      """, as: version)
  }

  func sign(_ manifest: String, as version: String) throws {
    try write(manifest, to: "\(version)/MANIFEST")
    try key.signature(for: Data(manifest.utf8)).write(to: URL(filePath: "\(path)/\(version)/MANIFEST.sig"))
  }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
  }

  func isSigned(_ text: String, by signature: [UInt8]) -> Bool {
    key.publicKey.isValidSignature(signature, for: Array(text.utf8))
  }
}

extension RunningServer {
  /// Publishes what is in RELEASES_DIR.
  @discardableResult
  func publish(_ version: String, notes: String = "") async throws -> Int64 {
    let body: JSONValue =
      notes.isEmpty ? ["version": .string(version)] : ["version": .string(version), "notes": .string(notes)]
    let answer = try await vendor().post("/api/releases", json: body)
    try #require(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["id"]?.intValue)
  }
}

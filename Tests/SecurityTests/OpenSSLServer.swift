import Core
import Foundation
import TestSupport
import Testing

/// `openssl s_server` with a certificate it signed itself.
final class OpenSSLServer {
  static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

  let port: Int
  private let process = Process()
  private let folder = FileManager.default.temporaryDirectory.path + "/trackily-\(RandomBytes.make(8).hex)"

  /// - Parameters:
  ///   - names: of its `subjectAltName`.
  ///   - days: how long the certificate is valid from now on; none for one that has just ended.
  init(names: String = "IP:127.0.0.1", days: Int = 30) async throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let (key, certificate, log) = ("\(folder)/key.pem", "\(folder)/certificate.pem", "\(folder)/log")
    try Self.run([
      "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/O=Acme: Inc/CN=test", "-addext",
      "subjectAltName=\(names)", "-days", "\(days)", "-keyout", key, "-out", certificate,
    ])
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = ["s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www"]
    process.standardOutput = FileHandle(forWritingAtPath: log)
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    var found: Int?
    try await eventually("openssl listens") {
      let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
      found = text.split(separator: "\n").first { $0.hasPrefix("ACCEPT") }?.split(separator: ":").last.flatMap {
        Int($0)
      }
      return found != nil
    }
    port = try #require(found)
  }

  deinit {
    process.terminate()
    try? FileManager.default.removeItem(atPath: folder)
  }

  private static func run(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}

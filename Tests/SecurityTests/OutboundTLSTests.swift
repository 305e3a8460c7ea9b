import Core
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Security

@Suite struct OutboundTLSTests {
  @Test(.enabled(if: OpenSSLServer.isAvailable))
  func aCertificateThatNobodyVouchesForIsRefused() async throws {
    let server = try await OpenSSLServer()
    await #expect(throws: OutboundError.tls) {
      try await OutboundHTTP(policy: .loopback).send(OutboundRequest(.get, "https://127.0.0.1:\(server.port)/"))
    }
  }

  @Test func plainTextWhereTLSIsExpectedIsRefused() async throws {
    let server = try LocalServer { $0.answer("200 OK") }
    await #expect(throws: OutboundError.tls) {
      try await OutboundHTTP(policy: .loopback).send(OutboundRequest(.get, "https://127.0.0.1:\(server.port)/"))
    }
  }
}

@Suite struct OutboundEnvironmentTests {
  /// Set for the whole process, which is safe only because no client of ours may look at them.
  @Test func proxiesOfTheEnvironmentAreIgnored() async throws {
    for name in ["http_proxy", "https_proxy", "all_proxy"] { setenv(name, "http://127.0.0.1:1", 1) }
    defer { for name in ["http_proxy", "https_proxy", "all_proxy"] { unsetenv(name) } }
    let server = try LocalServer { connection in
      _ = connection.readRequest()
      connection.answer("204 No Content")
    }
    #expect(try await OutboundHTTP(policy: .loopback).send(OutboundRequest(.get, server.url)).status == 204)
  }

  @Test func aReleasedClientTakesItsThreadWithIt() async throws {
    let server = try LocalServer { connection in
      _ = connection.readRequest()
      connection.answer("204 No Content")
    }
    let before = threadCount
    // Far more clients than threads that other suites begin and end meanwhile.
    for _ in 0..<800 {
      let client = OutboundHTTP(policy: .loopback)
      #expect(try await client.send(OutboundRequest(.get, server.url)).status == 204)
    }
    try await eventually(within: .seconds(60), "the threads have ended") { threadCount < before + 500 }
  }

  private var threadCount: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count) ?? 0
  }
}

/// `openssl s_server` with a certificate it signed itself.
private final class OpenSSLServer {
  static let isAvailable = FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl")

  let port: Int
  private let process = Process()
  private let folder = FileManager.default.temporaryDirectory.path + "/trackily-\(RandomBytes.make(8).hex)"

  init() async throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let (key, certificate, log) = ("\(folder)/key.pem", "\(folder)/certificate.pem", "\(folder)/log")
    try Self.run([
      "req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=127.0.0.1", "-addext",
      "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
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

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

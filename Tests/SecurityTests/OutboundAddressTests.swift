import Core
import Testing

@testable import Security

/// Where requests may not go, however the address is written.
@Suite struct OutboundAddressTests {
  @Test(arguments: [
    "http://127.0.0.1/", "http://127.1/", "http://127.255.255.254/", "http://localhost/", "http://LOCALHOST./",
    "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::]/", "http://0.0.0.0/", "http://0/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://017700000001/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[64:ff9b::127.0.0.1]/", "http://[2002:7f00:1::]/",
    "http://10.0.0.1/", "http://10.255.255.255:8080/x", "http://172.16.0.1/", "http://172.31.255.255/",
    "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://198.18.0.1/",
    "http://224.0.0.1/", "http://255.255.255.255/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd12:3456::1]/",
    "http://[ff02::1]/", "http://user:pass@127.0.0.1/", "http://example.com@127.0.0.1/", "http://１２７.0.0.1/",
    "https://127.0.0.1:443/", "http://127.0.0.1%2f@127.0.0.1/",
  ])
  func privateDestinationsAreRefused(url: String) async throws {
    let client = OutboundHTTP(limits: OutboundLimits(totalTimeout: .seconds(60)))
    let error = await #expect(throws: OutboundError.self) { try await client.send(OutboundRequest(.get, url)) }
    switch error {
    case .forbiddenAddress?, .invalidRequest?: break
    default: Issue.record("\(url) was tried: \(String(describing: error))")
    }
  }

  @Test(arguments: [
    "", "/relative", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)",
    "http://", "http:///path", "http://exa mple.com/", "http://example.com\r\nHost: evil/", "http://[::1",
    "dict://x:1/",
    "http://[fe80::1%25eth0]/", "http://example.com:99999/", "http://\u{0}example.com/", "//example.com/",
  ])
  func onlyAbsoluteWebAddressesAreTaken(url: String) async throws {
    let error = await #expect(throws: OutboundError.self) {
      try await OutboundHTTP().send(OutboundRequest(.get, url))
    }
    guard case .invalidRequest? = error else {
      Issue.record("\(url): \(String(describing: error))")
      return
    }
  }

  @Test func aNameThatResolvesToAPrivateAddressIsRefused() async throws {
    for addresses in [["127.0.0.1"], ["10.1.2.3", "::1"], ["fd00::1"]] {
      let client = OutboundHTTP(resolver: .playing(addresses))
      await #expect(throws: OutboundError.forbiddenAddress(host: "partner.example")) {
        try await client.send(OutboundRequest(.get, "http://partner.example/"))
      }
    }
  }

  @Test func curlConnectsToTheAddressThatWasChecked() async throws {
    let server = try LocalServer { connection in
      let request = connection.readRequest()
      connection.answer("200 OK", body: request?.headers["host"] ?? "")
    }
    let policy = try #require(DestinationPolicy(list: "127.0.0.0/8"))
    let client = OutboundHTTP(policy: policy, resolver: .playing(["10.9.9.9", "127.0.0.1"]))
    let answer = try await client.send(OutboundRequest(.get, "http://partner.example:\(server.port)/"))
    #expect(answer.text == "partner.example:\(server.port)")
  }

  @Test func theSocketIsGuardedEvenWithoutTheResolver() async throws {
    let server = try LocalServer { $0.answer("200 OK") }
    let permits: @Sendable (IPAddress) -> Bool = { !$0.isPrivate }
    let transfer = CurlTransfer(url: server.url, protocols: "http", responseLimit: 1_000, permits: permits)
    let outcome = try await CurlDriver(maxTransfers: 1).perform(try #require(transfer))
    #expect(outcome.fault == .forbiddenAddress(host: "the host"))
    #expect(server.connectionCount == 0)
  }

  @Test func unknownNamesAreSaidToBeUnknown() async throws {
    await #expect(throws: OutboundError.unknownHost("nowhere.example")) {
      try await OutboundHTTP(resolver: .playing([])).send(OutboundRequest(.get, "http://nowhere.example/"))
    }
  }

  @Test func theAllowListTakesHostsAddressesAndRanges() throws {
    let policy = try #require(DestinationPolicy(list: " Hooks.Internal, 10.1.0.0/16,192.168.7.7 ,, fd00::/8"))
    let allowed = ["10.1.2.3", "192.168.7.7", "fd12::1", "93.184.216.34"].compactMap { IPAddress($0) }
    #expect(allowed.allSatisfy { policy.permits($0, host: "x") })
    let refused = ["10.2.0.1", "192.168.7.8", "127.0.0.1"].compactMap { IPAddress($0) }
    #expect(refused.allSatisfy { !policy.permits($0, host: "x") && policy.permits($0, host: "hooks.INTERNAL") })
    #expect(DestinationPolicy(list: "10.0.0.0/99") == nil)
    #expect(DestinationPolicy(list: "not a host") == nil)
  }
}

extension NameResolver {
  /// Answers every name with these addresses.
  static func playing(_ addresses: [String]) -> NameResolver {
    NameResolver { _ throws(OutboundError) in addresses.compactMap { IPAddress($0) } }
  }
}

import Core
import TestSupport
import Testing

@testable import Security

@Suite struct CertificateProbeTests {
  private let loopback = IPAddress(v4: 0x7F00_0001)

  @Test(.enabled(if: OpenSSLServer.isAvailable))
  func aCertificateIsReadEvenWhereNobodyVouchesForIt() async throws {
    let server = try await OpenSSLServer(names: "DNS:track.example.com,DNS:*.shop.example,IP:127.0.0.1", days: 30)
    let shown = try await probe(server.port).certificate("track.example.com", [loopback])
    #expect(!shown.isTrusted && shown.isSelfSigned)
    #expect(shown.subject == "O = Acme: Inc, CN = test")
    #expect(shown.names == ["track.example.com", "*.shop.example", "127.0.0.1"])
    let now = SystemClock().now()
    #expect(shown.notBefore <= now && now - shown.notBefore < .minutes(5))
    #expect(shown.notAfter - now > .days(29) && shown.notAfter - now <= .days(30))
  }

  @Test func whoSpeaksNoTLSShowsNone() async throws {
    let server = try LocalServer { $0.answer("200 OK") }
    await #expect(throws: OutboundError.tls) {
      _ = try await probe(server.port).certificate("track.example.com", [loopback])
    }
  }

  @Test func whereNobodyListensThereIsNone() async throws {
    await #expect(throws: OutboundError.unreachable) {
      _ = try await probe(1).certificate("track.example.com", [loopback])
    }
  }

  @Test func privateAddressesAreNotConnectedTo() async throws {
    let server = try LocalServer { $0.answer("200 OK") }
    await #expect(throws: OutboundError.forbiddenAddress(host: "track.example.com")) {
      _ = try await CertificateProbe.system(port: server.port).certificate("track.example.com", [loopback])
    }
  }

  @Test func aStarStandsForOneWholeLabel() {
    var certificate = ServerCertificate(
      subject: "CN = a", issuer: "CN = b", names: ["*.Example.com", "other.net"], notBefore: Timestamp(seconds: 0),
      notAfter: Timestamp(seconds: 1), isTrusted: true)
    #expect(certificate.covers("track.example.com") && certificate.covers("TRACK.example.COM"))
    #expect(certificate.covers("other.net"))
    for host in ["example.com", "a.b.example.com", "xexample.com", "other.net.evil", "net"] {
      #expect(!certificate.covers(host), "\(host)")
    }
    certificate.names = []
    #expect(!certificate.covers("a"))
  }

  @Test(arguments: [
    ("Nov 21 12:31:48 2026 GMT", "2026-11-21T12:31:48.000Z"), ("Nov  1 00:00:00 2026 GMT", "2026-11-01T00:00:00.000Z"),
  ])
  func openSSLsTimesAreRead(_ text: String, _ expected: String) {
    #expect(ServerCertificate.time(text)?.rfc3339 == expected)
  }

  @Test(arguments: [
    "", "Nov 21 12:31:48 2026", "Foo 21 12:31:48 2026 GMT", "Nov 32 12:31:48 2026 GMT", "Nov 21 x 2026 GMT",
  ])
  func whatIsNoTimeIsNone(_ text: String) {
    #expect(ServerCertificate.time(text) == nil)
  }

  private func probe(_ port: Int) -> CertificateProbe {
    .system(policy: DestinationPolicy(allowedNetworks: [CIDR("127.0.0.0/8")].compactMap { $0 }), port: port)
  }
}

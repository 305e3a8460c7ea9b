import Core
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import TenantTracker

/// Questions over real sockets, to a name server on this machine.
@Suite struct DNSClientTests {
  @Test func aServerIsAskedByUDP() async throws {
    let server = try FakeDNSServer { question in [.text(question.name, "by datagram")] }
    let answer = try await client(server).lookUp("track.example.com", .txt)
    #expect(answer.texts == ["by datagram"])
    #expect(server.streams == 0)
  }

  @Test func whatDoesNotFitIntoADatagramIsAskedByTCP() async throws {
    let long = String(repeating: "x", count: 700)
    let server = try FakeDNSServer { question in [.text(question.name, long)] }
    #expect(try await client(server).lookUp("track.example.com", .txt).texts == [long])
    #expect(server.streams == 1)
  }

  @Test func aForgedAnswerIsPassedOver() async throws {
    let server = try FakeDNSServer(forgesFirst: true) { question in [.text(question.name, "right")] }
    #expect(try await client(server).lookUp("track.example.com", .txt).texts == ["right"])
  }

  @Test func aSilentServerIsNotWaitedForLongAndTheNextIsAsked() async throws {
    let silent = try FakeDNSServer { _ in nil }
    let speaking = try FakeDNSServer { question in [.text(question.name, "here")] }
    let both = DNSClient.system(servers: [silent.address, speaking.address], patience: .milliseconds(100))
    #expect(try await both.lookUp("track.example.com", .txt).texts == ["here"])
    await #expect(throws: DNSFailure.timedOut) {
      _ = try await DNSClient.system(servers: [silent.address], patience: .milliseconds(50)).lookUp("a.example", .a)
    }
  }

  @Test func whereNobodyListensNothingCanBeAsked() async throws {
    let gone = DNSServer(address: IPAddress(v4: 0x7F00_0001), port: 1)
    await #expect(throws: DNSFailure.unreachable) {
      _ = try await DNSClient.system(servers: [gone], patience: .seconds(1)).lookUp("a.example", .a)
    }
  }

  @Test func theServersOfTheZoneAboveCountWhereANameHasNone() async throws {
    let asked = Mutex<[String]>([])
    let server = try FakeDNSServer { question in
      asked.withLock { $0.append(question.name) }
      return question.name == "example.com" ? [.nameServer("example.com", "ada.ns.cloudflare.com")] : []
    }
    #expect(try await client(server).nameServers(of: "a.track.example.com") == ["ada.ns.cloudflare.com"])
    #expect(asked.withLock { $0 } == ["a.track.example.com", "track.example.com", "example.com"])
  }

  private func client(_ server: FakeDNSServer) -> DNSClient {
    .system(servers: [server.address], patience: .seconds(5))
  }
}

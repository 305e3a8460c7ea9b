import Core
import Security
import Synchronization

@testable import TenantTracker

/// The world's DNS and its TLS servers as a test has them, without a socket.
final class FakeDNS: Sendable {
  struct Zone: Sendable {
    /// By host.
    var addresses: [String: [String]] = [:]
    var aliases: [String: String] = [:]
    var texts: [String: [String]] = [:]
    var nameServers: [String: [String]] = [:]
    var certificates: [String: ServerCertificate] = [:]
    /// Nobody answers.
    var isDown = false
  }

  private let zone = Mutex(Zone())

  func set(_ change: (inout Zone) -> Void) { zone.withLock { change(&$0) } }

  /// Both records that a domain needs, as its page says.
  func setUp(_ domain: JSONValue, at address: String) {
    let host = domain["host"]?.stringValue ?? ""
    let record = domain["verification"]
    set {
      $0.addresses[host] = [address]
      $0.texts[record?["name"]?.stringValue ?? "", default: []] += [record?["value"]?.stringValue ?? ""]
    }
  }

  var client: DNSClient {
    DNSClient { name, type throws(DNSFailure) in
      let zone = self.zone.withLock { $0 }
      if zone.isDown { throw .timedOut }
      return DNSAnswer(records: Self.records(name, type, zone))
    }
  }

  private static func records(_ name: String, _ type: DNSRecordType, _ zone: Zone) -> [DNSRecord] {
    switch type {
    case .txt: return (zone.texts[name] ?? []).map { DNSRecord(owner: name, content: .text($0)) }
    case .ns: return (zone.nameServers[name] ?? []).map { DNSRecord(owner: name, content: .nameServer($0)) }
    case .cname: return []
    case .a, .aaaa:
      var records: [DNSRecord] = []
      var owner = name
      while let target = zone.aliases[owner] {
        records.append(DNSRecord(owner: owner, content: .alias(target)))
        owner = target
      }
      let addresses = (zone.addresses[owner] ?? []).compactMap { IPAddress($0) }.filter { $0.isV4 == (type == .a) }
      return records + addresses.map { DNSRecord(owner: owner, content: .address($0)) }
    }
  }

  var probe: CertificateProbe {
    CertificateProbe { host, _ throws(OutboundError) in
      guard let certificate = self.zone.withLock({ $0.certificates[host] }) else { throw .unreachable }
      return certificate
    }
  }
}

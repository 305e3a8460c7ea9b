import Core

/// The kinds of records that domains are checked by (RFC 1035, 3596).
enum DNSRecordType: UInt16, Sendable, Hashable {
  case a = 1
  case ns = 2
  case cname = 5
  case txt = 16
  case aaaa = 28

  var name: String { "\(self)".uppercased() }
}

/// One record of an answer.
struct DNSRecord: Sendable, Hashable {
  enum Content: Sendable, Hashable {
    case address(IPAddress)
    case nameServer(String)
    case alias(String)
    case text(String)
  }

  /// Lower case, without the final dot, like every name here.
  let owner: String
  let content: Content
}

/// What a name server says of a name; no records when there is no such name or it has none of the kind.
struct DNSAnswer: Sendable, Hashable {
  /// False for NXDOMAIN: nothing is known by that name, of any kind.
  var nameExists = true
  var records: [DNSRecord] = []

  static let noSuchName = DNSAnswer(nameExists: false)

  /// The names that `name` is an alias for, one leading to the next.
  func aliases(of name: String) -> [String] {
    var chain: [String] = []
    var next = name.lowercased()
    while let alias = records.lazy.compactMap({ $0.alias(of: next) }).first, !chain.contains(alias) {
      chain.append(alias)
      next = alias
    }
    return chain
  }

  var addresses: [IPAddress] {
    records.compactMap { if case .address(let address) = $0.content { address } else { nil } }
  }
  var texts: [String] { records.compactMap { if case .text(let text) = $0.content { text } else { nil } } }

  /// Of the zone itself: an alias brings those of another along.
  func nameServers(of zone: String) -> [String] {
    records.compactMap { if case .nameServer(let name) = $0.content, $0.owner == zone { name } else { nil } }.sorted()
  }
}

extension DNSRecord {
  fileprivate func alias(of name: String) -> String? {
    if case .alias(let target) = content, owner == name { target } else { nil }
  }
}

/// Why a name server's word could not be had; asking again later may help.
enum DNSFailure: Error, Hashable, Sendable, CustomStringConvertible {
  case invalidName
  case timedOut
  case unreachable
  /// RCODE: 2 the server failed, 5 it refused.
  case refused(code: Int)
  /// The answer is none: it breaks the format, or answers another question.
  case malformed
  case busy

  var description: String {
    switch self {
    case .invalidName: "that is no DNS name"
    case .timedOut: "the DNS server did not answer in time"
    case .unreachable: "no DNS server could be reached"
    case .refused(let code): code == 2 ? "the DNS server could not find out" : "the DNS server refused (code \(code))"
    case .malformed: "the DNS server's answer was malformed"
    case .busy: "too many DNS questions under way"
    }
  }
}

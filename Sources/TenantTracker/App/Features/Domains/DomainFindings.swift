import Core
import Security

/// What the last check of a domain found.
struct DomainFindings: Sendable {
  /// One record that has to be there: what was found, and what would be right.
  struct Check: Sendable, Hashable {
    /// `TXT`, `CNAME`, `A`.
    var record: String
    var name: String
    var expected: String
    var found: [String]
    /// Nil when it is right.
    var problem: String?

    var json: JSONValue {
      [
        "record": .string(record), "name": .string(name), "expected": .string(expected), "found": JSONValue(found),
        "ok": .bool(problem == nil), "problem": JSONValue(problem),
      ]
    }

    init(record: String, name: String, expected: String, found: [String], problem: String? = nil) {
      self.record = record
      self.name = name
      self.expected = expected
      self.found = found
      self.problem = problem
    }

    fileprivate init?(json: JSONValue) {
      guard let record = json["record"]?.stringValue, let name = json["name"]?.stringValue else { return nil }
      self.init(
        record: record, name: name, expected: json["expected"]?.stringValue ?? "",
        found: json["found"]?.arrayValue?.compactMap(\.stringValue) ?? [], problem: json["problem"]?.stringValue)
    }
  }

  var checks: [Check] = []
  /// Nil for name servers we do not know.
  var provider: String?
  var nameServers: [String] = []
  var certificate: DomainCertificate?

  /// All that is wrong in DNS, sentence by sentence; nil when nothing is.
  var problem: String? {
    let problems = checks.compactMap(\.problem)
    return problems.isEmpty ? nil : problems.joined(separator: " ")
  }

  /// As it is kept.
  var stored: JSONValue {
    [
      "checks": .array(checks.map(\.json)), "provider": JSONValue(provider), "name_servers": JSONValue(nameServers),
      "certificate": certificate?.stored ?? .null,
    ]
  }

  init() {}

  init(stored: JSONValue, host: String) {
    checks = stored["checks"]?.arrayValue?.compactMap(Check.init(json:)) ?? []
    provider = stored["provider"]?.stringValue
    nameServers = stored["name_servers"]?.arrayValue?.compactMap(\.stringValue) ?? []
    certificate = stored["certificate"].flatMap { DomainCertificate(stored: $0, host: host) }
  }
}

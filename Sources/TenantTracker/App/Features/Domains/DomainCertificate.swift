import Core
import Security

/// What a domain's TLS looked like when last looked at. How many days are left is reckoned when it is shown.
struct DomainCertificate: Sendable, Hashable {
  enum Status: String, Sendable, CaseIterable {
    case ok
    /// Within ``DomainCertificate/warning`` of its end.
    case expiring
    case expired
    case notYetValid = "not_yet_valid"
    case nameMismatch = "name_mismatch"
    case selfSigned = "self_signed"
    /// By an authority that browsers need not know.
    case untrusted
    /// Nothing there speaks TLS.
    case none
    /// It could not be looked at from here.
    case unchecked
  }

  /// Let's Encrypt renews a month ahead; two weeks before the end something is stuck.
  static let warning = Duration.days(14)

  var host: String
  var shown: ServerCertificate?
  /// Why there is nothing to show.
  var problem: String?
  /// The problem lies with us: a private address, too many checks at once.
  var isUnchecked = false
  var checkedAt: Timestamp

  func status(at now: Timestamp) -> Status {
    guard let shown else { return isUnchecked ? .unchecked : .none }
    if !shown.covers(host) { return .nameMismatch }
    if now >= shown.notAfter { return .expired }
    if now < shown.notBefore { return .notYetValid }
    if shown.isSelfSigned { return .selfSigned }
    if !shown.isTrusted { return .untrusted }
    return shown.notAfter - now < Self.warning ? .expiring : .ok
  }

  /// Whole days until it ends, none once it has.
  func daysLeft(at now: Timestamp) -> Int64? {
    shown.map { max(0, ($0.notAfter - now).wholeMicroseconds / Duration.days(1).wholeMicroseconds) }
  }

  /// For people: `Expires in 9 days`.
  func words(at now: Timestamp) -> String {
    let days = daysLeft(at: now) ?? 0
    let end = days == 1 ? "1 day" : "\(days) days"
    return switch status(at: now) {
    case .ok: "OK, \(end) left"
    case .expiring: days == 0 ? "Expires today" : "Expires in \(end)"
    case .expired: "Expired"
    case .notYetValid: "Not valid yet"
    case .nameMismatch: "For another name"
    case .selfSigned: "Self-signed"
    case .untrusted: "Not trusted"
    case .none: "None"
    case .unchecked: "Not checked"
    }
  }

  /// As the API shows it.
  func json(at now: Timestamp) -> JSONValue {
    var object = stored.objectValue ?? [:]
    object["unchecked"] = nil
    object["trusted"] = nil
    object["status"] = .string(status(at: now).rawValue)
    object["days_left"] = JSONValue(daysLeft(at: now))
    return .object(object)
  }

  /// As it is kept.
  var stored: JSONValue {
    [
      "subject": JSONValue(shown?.subject), "issuer": JSONValue(shown?.issuer), "names": JSONValue(shown?.names ?? []),
      "not_before": JSONValue(shown?.notBefore), "not_after": JSONValue(shown?.notAfter),
      "trusted": .bool(shown?.isTrusted ?? false), "problem": JSONValue(problem), "unchecked": .bool(isUnchecked),
      "checked_at": JSONValue(checkedAt),
    ]
  }

  init(host: String, shown: ServerCertificate?, problem: String? = nil, isUnchecked: Bool = false, checkedAt: Timestamp)
  {
    self.host = host
    self.shown = shown
    self.problem = problem
    self.isUnchecked = isUnchecked
    self.checkedAt = checkedAt
  }

  init?(stored: JSONValue, host: String) {
    func time(_ name: String) -> Timestamp? { stored[name]?.stringValue.flatMap { Timestamp(rfc3339: $0) } }
    guard let checkedAt = time("checked_at") else { return nil }
    self.init(
      host: host, shown: nil, problem: stored["problem"]?.stringValue,
      isUnchecked: stored["unchecked"]?.boolValue ?? false, checkedAt: checkedAt)
    if let subject = stored["subject"]?.stringValue, let issuer = stored["issuer"]?.stringValue,
      let notBefore = time("not_before"), let notAfter = time("not_after")
    {
      shown = ServerCertificate(
        subject: subject, issuer: issuer, names: stored["names"]?.arrayValue?.compactMap(\.stringValue) ?? [],
        notBefore: notBefore, notAfter: notAfter, isTrusted: stored["trusted"]?.boolValue ?? false)
    }
  }
}

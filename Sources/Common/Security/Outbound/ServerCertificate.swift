public import Core

/// The certificate a server showed.
public struct ServerCertificate: Sendable, Hashable {
  /// As OpenSSL writes distinguished names: `O = Acme, CN = track.example.com`.
  public var subject: String
  public var issuer: String
  /// The host names it is for; `*.example.com` stands for one label. Addresses are among them.
  public var names: [String]
  public var notBefore: Timestamp
  public var notAfter: Timestamp
  /// The chain leads to an authority that this machine trusts, and the certificate is valid now and for the host asked.
  public var isTrusted: Bool

  public init(
    subject: String, issuer: String, names: [String], notBefore: Timestamp, notAfter: Timestamp, isTrusted: Bool
  ) {
    self.subject = subject
    self.issuer = issuer
    self.names = names
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.isTrusted = isTrusted
  }

  public var isSelfSigned: Bool { subject == issuer }

  /// Whether a browser takes it for `host` (RFC 9525, 6.3: the star is a whole first label).
  public func covers(_ host: String) -> Bool {
    let host = host.lowercased()
    let parent = host.firstIndex(of: ".").map { host[$0...] }
    return names.contains { name in
      let name = name.lowercased()
      guard name.hasPrefix("*.") else { return name == host }
      return parent.map { $0 == name.dropFirst() } ?? false
    }
  }

  /// From curl's `Name:value` lines; nil when they lack what every certificate has.
  init?(fields: [String], isTrusted: Bool) {
    var values: [String: String] = [:]
    for field in fields {
      guard let colon = field.firstIndex(of: ":") else { continue }
      values[String(field[..<colon])] = values[String(field[..<colon])] ?? field[field.index(after: colon)...].trimmed
    }
    guard let subject = values["Subject"], let issuer = values["Issuer"],
      let notBefore = values["Start date"].flatMap(Self.time), let notAfter = values["Expire date"].flatMap(Self.time)
    else { return nil }
    let names = (values["X509v3 Subject Alternative Name"] ?? "").split(separator: ",").compactMap { entry -> String? in
      let entry = entry.trimmed
      for kind in ["DNS:", "IP Address:"] where entry.hasPrefix(kind) { return String(entry.dropFirst(kind.count)) }
      return nil
    }
    self.init(
      subject: subject, issuer: issuer, names: names, notBefore: notBefore, notAfter: notAfter, isTrusted: isTrusted)
  }

  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

  /// OpenSSL's `Nov  1 12:31:48 2026 GMT`.
  static func time(_ text: String) -> Timestamp? {
    let parts = text.split(separator: " ")
    guard parts.count == 5, parts[4] == "GMT", let month = months.firstIndex(of: String(parts[0])),
      let day = Int(parts[1]), (1...31).contains(day), let year = Int(parts[3]), (1_000...9_999).contains(year)
    else { return nil }
    func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return Timestamp(rfc3339: "\(year)-\(padded(month + 1))-\(padded(day))T\(parts[2])Z")
  }
}

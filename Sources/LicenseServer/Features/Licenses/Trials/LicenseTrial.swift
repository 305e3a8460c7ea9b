import Core
import Database

/// A licence that is tried out: it ends, unless it is paid for.
struct LicenseTrial: Sendable, Hashable {
  let startedAt: Timestamp
  /// When it was paid for, and so became an ordinary licence.
  let convertedAt: Timestamp?

  /// How long a trial may last.
  static let days: ClosedRange<Int64> = 1...90

  var json: JSONValue { ["started_at": JSONValue(startedAt), "converted_at": JSONValue(convertedAt)] }

  /// Nil when the licence was never one.
  init?(_ row: Row) throws(DatabaseError) {
    guard let startedAt = try row.get("trial_started_at", as: Timestamp?.self) else { return nil }
    self.startedAt = startedAt
    convertedAt = try row.get("trial_converted_at")
  }
}

/// What somebody uses up with a trial: their address and, unless a mail provider's, its domain.
enum TrialClaim {
  static func claims(of email: EmailAddress) -> [String] {
    let parts = email.description.split(separator: "@", maxSplits: 1)
    guard parts.count == 2 else { return ["email:\(email)"] }
    // name+anything@ is the same mailbox with most providers.
    let mailbox = parts[0].split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)[0]
    let domain = String(parts[1])
    let address = "email:\(mailbox.isEmpty ? parts[0] : mailbox)@\(domain)"
    return mailProviders.contains(domain) ? [address] : [address, "domain:\(domain)"]
  }

  /// Where addresses of people who have nothing to do with each other end alike.
  private static let mailProviders: Set<String> = [
    "163.com", "aol.com", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hey.com",
    "hotmail.com", "icloud.com", "live.com", "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com", "proton.me",
    "protonmail.com", "qq.com", "t-online.de", "web.de", "yahoo.com", "yandex.com", "yandex.ru", "zoho.com",
  ]
}

import Core
import Database

/// Which entries of the audit log are asked for.
struct AuditFilter: Sendable, Hashable {
  /// Part of who did it: `anna@`.
  var actor: String?
  /// What was done, or with a dot at the end all that begin so: `license.suspend`, `license.`.
  var action: String?
  /// What it was done to: `license:17`.
  var subject: String?
  /// From this moment on.
  var from: Timestamp?
  /// Before this moment.
  var to: Timestamp?

  /// From a request's `actor=`, `action=`, `subject=`, `from=` and `to=`; the latter two are days, `to` inclusive, or
  /// moments.
  /// - Throws: 422 for a time that is none.
  init(_ page: PageRequest) throws(Problem) {
    actor = page.filters["actor"]
    action = page.filters["action"]
    subject = page.filters["subject"]
    from = try Self.time("from", page.filters["from"], lastDay: false)
    to = try Self.time("to", page.filters["to"], lastDay: true)
  }

  private static func time(_ name: String, _ text: String?, lastDay: Bool) throws(Problem) -> Timestamp? {
    guard let text else { return nil }
    if let day = LocalDate(text) { return (lastDay ? day.adding(days: 1) : day).utcMidnight }
    guard let time = Timestamp(rfc3339: text) else {
      throw .invalid(name, "date", "must be a day such as 2026-11-21, or a moment such as 2026-11-21T10:00:00Z")
    }
    return time
  }

  /// The filter as a condition on `license.audit_log`.
  var condition: SQL {
    let isPrefix = action?.hasSuffix(".") == true
    let exact = isPrefix ? nil : action
    let prefix = isPrefix ? action : nil
    return """
      (\(exact)::text IS NULL OR action = \(exact)) AND (\(prefix)::text IS NULL OR starts_with(action, \(prefix)))
      AND (\(subject)::text IS NULL OR subject = \(subject))
      AND (\(actor)::text IS NULL OR strpos(lower(actor), lower(\(actor))) > 0)
      AND (\(from)::timestamptz IS NULL OR at >= \(from)) AND (\(to)::timestamptz IS NULL OR at < \(to))
      """
  }

  /// As it stands in an address; empty without any.
  var query: String { query(from: from?.rfc3339, to: to?.rfc3339) }

  private func query(from: String?, to: String?) -> String {
    let pairs = [("actor", actor), ("action", action), ("subject", subject), ("from", from), ("to", to)]
    return pairs.compactMap { name, value in value.map { "\(name)=\(PercentCoding.encodeComponent($0))" } }
      .joined(separator: "&")
  }
}

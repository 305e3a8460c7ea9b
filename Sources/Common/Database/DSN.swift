import CLibPQ

/// Where a database is and who asks: a `postgresql://` URL or libpq's `key=value` form, checked once.
///
/// Several hosts may be given; then the one that takes writes is used unless `target_session_attrs` says otherwise.
/// `?pgbouncer=true` leaves out the start-up options that PgBouncer refuses.
public struct DSN: Hashable, Sendable {
  private(set) var parameters: [String: String]
  /// Whether start-up options may be sent.
  let allowsOptions: Bool

  public struct Invalid: Error, CustomStringConvertible {
    public var description: String { "not a Postgres connection URL (postgresql://user:password@host:port/database)" }
  }

  /// - Throws: ``Invalid``, which never repeats the text (it may hold a password).
  public init(parsing text: String) throws(Invalid) {
    let (stripped, isPooled) = Self.strippingPoolerMark(text)
    guard !stripped.isEmpty, !stripped.utf8.contains(0), let options = PQconninfoParse(stripped, nil) else {
      throw Invalid()
    }
    defer { PQconninfoFree(options) }
    parameters = Self.read(options)
    guard !parameters.isEmpty else { throw Invalid() }
    allowsOptions = !isPooled
  }

  /// The same place with another login, database or `application_name`; nil keeps what is there.
  public func with(
    user: String? = nil, password: String? = nil, database: String? = nil, applicationName: String? = nil
  ) -> DSN {
    var copy = self
    let changes = [
      ("user", user), ("password", password), ("dbname", database), ("application_name", applicationName),
    ]
    for case (let key, let value?) in changes { copy.parameters[key] = value }
    return copy
  }

  public var user: String? { parameters["user"] }
  public var password: String? { parameters["password"] }
  public var database: String? { parameters["dbname"] }
  public var host: String? { parameters["host"] }
  public var port: String? { parameters["port"] }
  public var applicationName: String? { parameters["application_name"] }

  /// What is handed to libpq: ours first, then what the DSN itself says.
  func connectParameters(options: [String: String]) -> [String: String] {
    var all = [
      "application_name": "trackily",
      "client_encoding": "UTF8",
      "connect_timeout": "5",
      "gssencmode": "disable",
      "keepalives_idle": "30",
      "keepalives_interval": "10",
      "keepalives_count": "3",
      "tcp_user_timeout": "30000",
    ]
    if host?.contains(",") == true { all["target_session_attrs"] = "read-write" }
    all.merge(parameters) { _, own in own }
    if allowsOptions {
      let settings = options.sorted { $0.key < $1.key }.map { "-c \($0.key)=\($0.value)" }
      all["options"] = (settings + [parameters["options"] ?? ""]).joined(separator: " ")
    }
    return all
  }

  private static func read(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
    var found: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return found
  }

  private static func strippingPoolerMark(_ text: String) -> (text: String, found: Bool) {
    guard let mark = text.firstIndex(of: "?") else { return (text, false) }
    let items = text[text.index(after: mark)...].split(separator: "&")
    let kept = items.filter { $0 != "pgbouncer=true" }
    guard kept.count < items.count else { return (text, false) }
    return (text[..<mark] + (kept.isEmpty ? "" : "?" + kept.joined(separator: "&")), true)
  }
}

extension DSN: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// `user@host:port/database`, without any secret.
  public var description: String {
    "\(user ?? "")@\(host ?? ""):\(port ?? "5432")/\(database ?? "")"
  }

  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: ["dsn": description]) }
}

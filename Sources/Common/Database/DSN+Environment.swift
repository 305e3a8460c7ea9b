import CLibPQ

extension DSN {
  /// The environment variables by which Postgres's own programs (pg_dump, psql) reach the same place. They hold the
  /// password: for a child process, never for its command line.
  public var environment: [String: String] {
    guard let options = PQconndefaults() else { return [:] }
    defer { PQconninfoFree(options) }
    var found: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let name = option.pointee.envvar, let value = parameters[String(cString: keyword)] {
        found[String(cString: name)] = value
      }
      option += 1
    }
    return found
  }
}

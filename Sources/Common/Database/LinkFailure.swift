import CLibPQ

/// An error as the connection's thread sees it. The server's own words stay here: they may repeat values, so only the
/// migrator, whose SQL is our own files, reads them.
struct LinkFailure: Error, Sendable {
  var error: DatabaseError
  var message: String?
  /// Character of the statement the message is about, from 1.
  var position: Int?

  init(_ error: DatabaseError) { self.error = error }

  static let lost = LinkFailure(DatabaseError(.connectionLost))
  static let cancelled = LinkFailure(DatabaseError(.cancelled))

  /// From a result that says no, or nil when it carries no code, which is libpq's way to say the connection broke.
  init(result: OpaquePointer?, interruption: DatabaseError.Kind?) {
    let field = { (code: Unicode.Scalar) -> String? in
      PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) }
    }
    let sqlState = field("C")
    error = DatabaseError(Self.kind(sqlState, interruption), sqlState: sqlState)
    error.schema = field("s")
    error.table = field("t")
    error.column = field("c")
    error.constraint = field("n")
    message = field("M")
    position = field("P").flatMap { Int($0) }
  }

  private static func kind(_ sqlState: String?, _ interruption: DatabaseError.Kind?) -> DatabaseError.Kind {
    switch sqlState {
    case nil, "57P01", "57P02", "57P03", "57P05", "25P03": .connectionLost
    case let state? where state.hasPrefix("08"): .connectionLost
    case "57014": interruption ?? .server
    default: .server
    }
  }
}

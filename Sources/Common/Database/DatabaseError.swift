/// What went wrong with the database, safe to log: it never carries SQL text, parameters or row values.
public struct DatabaseError: Error, Hashable, Sendable {
  public enum Kind: String, Sendable {
    /// No connection could be made.
    case unreachable
    /// The connection broke; whether the statement took effect is unknown.
    case connectionLost
    /// The statement ran longer than allowed and was cancelled.
    case timeout
    /// The calling task was cancelled.
    case cancelled
    /// No connection became free in time.
    case poolExhausted
    /// The server refused the statement; see ``DatabaseError/sqlState``.
    case server
    /// A column is missing or doesn't hold what was asked for.
    case decoding
  }

  public let kind: Kind
  /// The five-character code of Postgres's Appendix A, for ``Kind/server``.
  public internal(set) var sqlState: String?
  public internal(set) var schema: String?
  public internal(set) var table: String?
  public internal(set) var column: String?
  public internal(set) var constraint: String?
  /// A short explanation for the operator, such as why a host could not be reached.
  public internal(set) var detail: String?

  init(_ kind: Kind, sqlState: String? = nil, column: String? = nil, detail: String? = nil) {
    self.kind = kind
    self.sqlState = sqlState
    self.column = column
    self.detail = detail
  }

  public var isUniqueViolation: Bool { sqlState == "23505" }
  public var isForeignKeyViolation: Bool { sqlState == "23503" }
  public var isCheckViolation: Bool { sqlState == "23514" }
  /// The role may not do this: 42501.
  public var isPermissionDenied: Bool { sqlState == "42501" }
  public var isUndefinedTable: Bool { sqlState == "42P01" || sqlState == "3F000" }

  /// The same work may succeed when done again from the start: deadlocks, serialization failures, lock time-outs and
  /// connection problems. After ``Kind/connectionLost`` the first try may have committed.
  public var isRetryable: Bool {
    isTransactionConflict || sqlState == "55P03" || isConnectionProblem
  }

  /// Two transactions got in each other's way and this one was rolled back: deadlock or serialization failure.
  public var isTransactionConflict: Bool { sqlState == "40001" || sqlState == "40P01" }

  /// No server answered: none could be reached, it went away, or no connection was free.
  public var isConnectionProblem: Bool { kind == .unreachable || kind == .connectionLost || kind == .poolExhausted }
}

extension DatabaseError: CustomStringConvertible {
  public var description: String {
    let parts: [(String, String?)] = [
      ("sqlstate", sqlState), ("schema", schema), ("table", table), ("column", column), ("constraint", constraint),
    ]
    var text = "database \(kind.rawValue)"
    for case (let name, let value?) in parts { text += " \(name)=\(value)" }
    return detail.map { "\(text): \($0)" } ?? text
  }
}

/// A statement and its parameters. Interpolated values become `$n` parameters, never text:
///
///     "SELECT name FROM \(schema).campaigns WHERE id = \(id)"
///
/// A ``SchemaName`` becomes an identifier, another ``SQL`` is spliced in with its parameters. Parameters carry their
/// Postgres type (`Int` is `bigint`, `String` is `text`, ...); cast in SQL where another is wanted: `\(text)::interval`.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
  enum Piece: Sendable {
    case text(String)
    case bind(SQLBind)
  }

  private(set) var pieces: [Piece]

  init(pieces: [Piece]) { self.pieces = pieces }

  public init(stringLiteral value: String) { pieces = [.text(value)] }
  public init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }

  /// SQL text taken as it is: only for text that no user had a hand in.
  public init(unescaped text: String) { pieces = [.text(text)] }

  public static func + (left: SQL, right: SQL) -> SQL { SQL(pieces: left.pieces + right.pieces) }
  public static func += (left: inout SQL, right: SQL) { left.pieces += right.pieces }

  /// `items` with `separator` between each two; nothing for none.
  public static func joined(_ items: [SQL], separator: SQL) -> SQL {
    var joined: [Piece] = []
    for (index, item) in items.enumerated() {
      if index > 0 { joined += separator.pieces }
      joined += item.pieces
    }
    return SQL(pieces: joined)
  }

  /// The text as the server gets it, parameters as `$1`, `$2`...
  public var text: String { rendered.text }

  /// How many parameters the statement has.
  public var parameterCount: Int { pieces.count { if case .bind = $0 { true } else { false } } }
}

extension SQL {
  public struct StringInterpolation: StringInterpolationProtocol {
    var pieces: [Piece] = []

    public init(literalCapacity: Int, interpolationCount: Int) { pieces.reserveCapacity(interpolationCount * 2 + 1) }

    public mutating func appendLiteral(_ literal: String) {
      if !literal.isEmpty { pieces.append(.text(literal)) }
    }

    /// A value, sent as a parameter.
    public mutating func appendInterpolation(_ value: some SQLValue) { pieces.append(.bind(SQLBind(value))) }

    /// A value that may be NULL. (Without this overload the compiler takes an optional here for a slip.)
    public mutating func appendInterpolation(_ value: (some SQLValue)?) { pieces.append(.bind(SQLBind(value))) }

    /// A schema's name as an identifier.
    public mutating func appendInterpolation(_ schema: SchemaName) {
      appendInterpolation(identifier: schema.description)
    }

    /// Another statement's text and parameters.
    public mutating func appendInterpolation(_ sql: SQL) { pieces += sql.pieces }

    /// Any name as a quoted identifier (roles, partitions, columns chosen at run time).
    public mutating func appendInterpolation(identifier name: String) {
      pieces.append(.text("\"" + name.replacing("\"", with: "\"\"") + "\""))
    }

    /// A string constant inside the text, for the utility statements that take no parameters (`ALTER ROLE .. PASSWORD`).
    public mutating func appendInterpolation(literal value: String) {
      let escaped = value.replacing("\\", with: "\\\\").replacing("'", with: "''")
      pieces.append(.text((escaped.utf8.contains(UInt8(ascii: "\\")) ? " E'" : "'") + escaped + "'"))
    }

    /// SQL text taken as it is: only for text that no user had a hand in.
    public mutating func appendInterpolation(unescaped text: String) { pieces.append(.text(text)) }
  }
}

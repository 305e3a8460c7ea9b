/// A parameter in Postgres's binary format.
struct SQLBind: Sendable {
  let type: SQLType
  /// Nil for NULL.
  let bytes: [UInt8]?

  init<Value: SQLValue>(_ value: Value) {
    type = Value.sqlType
    if value.isSQLNull {
      bytes = nil
    } else {
      var encoded: [UInt8] = []
      value.encode(into: &encoded)
      bytes = encoded
    }
  }
}

/// A statement laid out as libpq wants it: all parameters back to back in one buffer.
struct SQLStatement: Sendable {
  /// The protocol counts parameters in sixteen bits.
  static let maxParameters = 65_535

  private(set) var text = ""
  private(set) var types: [UInt32] = []
  private(set) var ranges: [Range<Int>?] = []
  private(set) var buffer: [UInt8] = []

  init(_ pieces: [SQL.Piece]) {
    for piece in pieces {
      switch piece {
      case .text(let part): text += part
      case .bind(let bind):
        types.append(bind.type.rawValue)
        text += "$\(types.count)"
        guard let bytes = bind.bytes else {
          ranges.append(nil)
          continue
        }
        ranges.append(buffer.count..<buffer.count + bytes.count)
        buffer += bytes
      }
    }
    buffer.append(0)  // libpq takes a null pointer for NULL, so even an empty value needs an address
  }
}

extension SQL {
  var rendered: SQLStatement { SQLStatement(pieces) }
}

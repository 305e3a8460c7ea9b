/// One row of an answer. Rows of one answer share their storage.
public struct Row: Sendable {
  let answer: RowSet
  let index: Int

  /// The column's value. `Optional` types take NULL, others refuse it.
  /// - Throws: ``DatabaseError/Kind/decoding`` when there is no such column or it doesn't hold a `T`.
  public func get<T: SQLDecodable>(_ column: String, as type: T.Type = T.self) throws(DatabaseError) -> T {
    guard let position = answer.columns.position(of: column) else {
      throw DatabaseError(.decoding, column: column, detail: "no such column")
    }
    return try get(at: position)
  }

  /// The value of the column at `position`, from 0 in the order of the select list.
  public func get<T: SQLDecodable>(at position: Int, as type: T.Type = T.self) throws(DatabaseError) -> T {
    guard answer.columns.names.indices.contains(position) else {
      throw DatabaseError(.decoding, detail: "no column \(position)")
    }
    let cell = answer.cell(row: index, column: position)
    guard let value = T(sql: cell) else {
      let found = cell.bytes == nil ? "null" : "type \(cell.type.rawValue)"
      throw DatabaseError(.decoding, column: answer.columns.names[position], detail: "\(found) is no \(T.self)")
    }
    return value
  }

  public var columnNames: [String] { answer.columns.names }
}

/// The names and types of an answer's columns.
struct RowColumns: Sendable {
  let names: [String]
  let types: [SQLType]
  private let positions: [String: Int]

  init(names: [String], types: [SQLType]) {
    self.names = names
    self.types = types
    positions = Dictionary(zip(names, names.indices)) { first, _ in first }
  }

  func position(of name: String) -> Int? { positions[name] }
}

/// An answer's cells, copied out of libpq's memory into one buffer.
final class RowSet: Sendable {
  let columns: RowColumns
  let count: Int
  private let buffer: [UInt8]
  /// Where each cell starts and ends in `buffer`, row by row; a start of -1 is NULL.
  private let bounds: [(start: Int, end: Int)]

  init(columns: RowColumns, count: Int, buffer: [UInt8], bounds: [(start: Int, end: Int)]) {
    self.columns = columns
    self.count = count
    self.buffer = buffer
    self.bounds = bounds
  }

  func cell(row: Int, column: Int) -> SQLCell {
    let (start, end) = bounds[row * columns.names.count + column]
    return SQLCell(type: columns.types[column], bytes: start < 0 ? nil : buffer[start..<end])
  }

  var rows: [Row] { (0..<count).map { Row(answer: self, index: $0) } }
}

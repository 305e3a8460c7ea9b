/// One record of a CSV file.
public struct CSVRow: Sendable, Hashable {
  /// Where it begins in the file, from 1: quoted cells may hold line ends.
  public let line: Int
  /// As they stand in the file, without their quotes; ``CSVCell/plain(_:)`` takes a formula's guard off.
  public let cells: [String]

  /// The cell's text, trimmed and without a formula's guard; empty past the end of the row.
  public func text(_ index: Int) -> String { exactText(index).trimmed }

  /// The same with its blanks.
  public func exactText(_ index: Int) -> String {
    cells.indices.contains(index) ? CSVCell.plain(cells[index]) : ""
  }
}

/// What ends the reading of a CSV file.
public struct CSVFault: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Reason: Hashable, Sendable {
    /// Offset of the first byte that is wrong, in the file.
    case notUTF8(offset: Int)
    case unclosedQuote
    case textAfterQuote
    case tooManyCells(limit: Int)
    /// Limit in bytes.
    case cellTooLong(limit: Int)
  }

  /// Of the row, from 1.
  public let line: Int
  public let reason: Reason

  public var description: String {
    switch reason {
    case .notUTF8(let offset): "is not UTF-8 at byte \(offset) of the file"
    case .unclosedQuote: "has a quote that is never closed"
    case .textAfterQuote: "has text after a closing quote"
    case .tooManyCells(let limit): "has more than \(limit) cells"
    case .cellTooLong(let limit): "has a cell of more than \(limit) bytes"
    }
  }
}

/// Reads CSV (RFC 4180) row by row: a byte order mark, `;` or tab instead of the comma, any line end, Excel's `sep=;`
/// and rows of different lengths are taken as they come; empty lines are no rows. A quote within a bare cell is text.
public struct CSVReader: Sendable {
  public enum Separator: UInt8, Sendable, CaseIterable {
    case comma = 0x2C
    case semicolon = 0x3B
    case tab = 0x09
  }

  public struct Limits: Sendable {
    /// Of a row.
    public var cells = 1_000
    /// Bytes of one cell.
    public var cellBytes = 8 << 20

    public init() {}
  }

  public let separator: Separator
  private let bytes: [UInt8]
  private let limits: Limits
  private var index = 0
  private var line = 1

  /// - Parameter separator: nil for the one that the first row has most of.
  public init(_ bytes: [UInt8], separator: Separator? = nil, limits: Limits = Limits()) {
    self.bytes = bytes
    self.limits = limits
    index = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let named = Self.named(bytes, from: index)
    self.separator = separator ?? named?.separator ?? Self.likely(bytes, from: index)
    if let named { (index, line) = (named.end, 2) }
  }

  /// The next row; nil at the end. After a fault there is nothing more to read.
  public mutating func next() throws(CSVFault) -> CSVRow? {
    while index < bytes.count {
      let start = line
      var cells: [String] = []
      var isQuoted = false
      while true {
        guard cells.count < limits.cells else { throw end(start, .tooManyCells(limit: limits.cells)) }
        isQuoted = isQuoted || (index < bytes.count && bytes[index] == Self.quote)
        cells.append(try cell(start))
        guard index < bytes.count, bytes[index] == separator.rawValue else { break }
        index += 1
      }
      skipLineEnd()
      if cells.count > 1 || isQuoted || !cells[0].isEmpty { return CSVRow(line: start, cells: cells) }
    }
    return nil
  }

  private static let quote = UInt8(ascii: "\"")
  private static let (lineFeed, carriageReturn): (UInt8, UInt8) = (0x0A, 0x0D)

  private mutating func end(_ row: Int, _ reason: CSVFault.Reason) -> CSVFault {
    index = bytes.count
    return CSVFault(line: row, reason: reason)
  }

  private mutating func cell(_ row: Int) throws(CSVFault) -> String {
    if index < bytes.count, bytes[index] == Self.quote { return try quotedCell(row) }
    let start = index
    while index < bytes.count, bytes[index] != separator.rawValue, !isLineEnd(bytes[index]) { index += 1 }
    return try text(bytes[start..<index], row, of: start..<index)
  }

  private mutating func quotedCell(_ row: Int) throws(CSVFault) -> String {
    index += 1
    let first = index
    var content: [UInt8] = []
    var start = index
    while true {
      guard index < bytes.count else { throw end(row, .unclosedQuote) }
      let byte = bytes[index]
      if byte == Self.quote {
        content.append(contentsOf: bytes[start..<index])
        guard index + 1 < bytes.count, bytes[index + 1] == Self.quote else { break }
        content.append(Self.quote)
        index += 2
        start = index
      } else {
        let isPair = byte == Self.carriageReturn && index + 1 < bytes.count && bytes[index + 1] == Self.lineFeed
        if isLineEnd(byte) && !isPair { line += 1 }
        index += 1
      }
    }
    let place = first..<index
    index += 1
    guard index == bytes.count || bytes[index] == separator.rawValue || isLineEnd(bytes[index]) else {
      throw end(row, .textAfterQuote)
    }
    return try text(content[...], row, of: place)
  }

  /// - Parameter place: where the cell's content is in the file.
  private mutating func text(
    _ content: ArraySlice<UInt8>, _ row: Int, of place: Range<Int>
  ) throws(CSVFault) -> String {
    guard content.count <= limits.cellBytes else { throw end(row, .cellTooLong(limit: limits.cellBytes)) }
    if let text = String(validating: content, as: UTF8.self) { return text }
    throw end(row, .notUTF8(offset: bytes[place].firstInvalidUTF8 ?? place.lowerBound))
  }

  private func isLineEnd(_ byte: UInt8) -> Bool { byte == Self.lineFeed || byte == Self.carriageReturn }

  private mutating func skipLineEnd() {
    guard index < bytes.count else { return }
    let isPair = bytes[index] == Self.carriageReturn && index + 1 < bytes.count && bytes[index + 1] == Self.lineFeed
    index += isPair ? 2 : 1
    line += 1
  }

  // The separator

  /// Excel's first line that names it.
  private static func named(_ bytes: [UInt8], from start: Int) -> (separator: Separator, end: Int)? {
    let mark = Array("sep=".utf8)
    guard bytes[start...].starts(with: mark), bytes.count > start + mark.count,
      let separator = Separator(rawValue: bytes[start + mark.count])
    else { return nil }
    let rest = bytes[(start + mark.count + 1)...]
    guard let first = rest.first else { return (separator, bytes.count) }
    if first == lineFeed { return (separator, rest.startIndex + 1) }
    guard first == carriageReturn else { return nil }
    return (separator, rest.startIndex + (rest.dropFirst().first == lineFeed ? 2 : 1))
  }

  private static func likely(_ bytes: [UInt8], from start: Int) -> Separator {
    var counts: [Separator: Int] = [:]
    var isQuoted = false
    for byte in bytes[start...] {
      if byte == quote { isQuoted.toggle() }
      if isQuoted { continue }
      if byte == lineFeed || byte == carriageReturn { break }
      if let separator = Separator(rawValue: byte) { counts[separator, default: 0] += 1 }
    }
    return Separator.allCases.reduce(.comma) { counts[$1, default: 0] > counts[$0, default: 0] ? $1 : $0 }
  }
}

extension Collection<UInt8> {
  /// Where the bytes stop being UTF-8; nil if they are UTF-8 throughout.
  public var firstInvalidUTF8: Index? {
    var decoder = UTF8.ForwardParser()
    var at = startIndex
    var rest = makeIterator()
    while true {
      switch decoder.parseScalar(from: &rest) {
      case .valid(let scalar): at = index(at, offsetBy: scalar.count)
      case .emptyInput: return nil
      case .error: return at
      }
    }
  }
}

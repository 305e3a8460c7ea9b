/// A cell of a CSV file that we write.
public enum CSVCell: Sendable, Hashable {
  /// A number, a date, a word of ours: nothing that anybody typed. It is never changed.
  case number(String)
  /// A spreadsheet never takes it for a formula.
  case text(String)
  case empty

  /// Text; an empty cell for nil.
  public init(_ text: String?) { self = text.map(CSVCell.text) ?? .empty }

  /// A string is text, a number a number, null and nil an empty cell; lists and objects are compact JSON.
  public init(_ json: JSONValue?) {
    switch json {
    case nil, .null?: self = .empty
    case .string(let text)?: self = .text(text)
    case .number(let digits)?: self = .number(digits)
    case .bool(let flag)?: self = .number(flag ? "true" : "false")
    case .array?, .object?: self = .text(json?.text ?? "")
    }
  }

  /// As it stands in the file.
  public var encoded: String {
    switch self {
    case .empty: ""
    case .number(let digits): Self.quoted(digits)
    case .text(let text): Self.quoted(Self.guarded(text))
    }
  }

  /// A row of the file with its line end, CRLF.
  public static func line(_ cells: [CSVCell]) -> String {
    cells.map(\.encoded).joined(separator: ",") + "\r\n"
  }

  /// What begins like a formula, after apostrophes or not, gets an apostrophe in front, as OWASP advises; spreadsheets
  /// show the rest as it is. ``plain(_:)`` takes exactly that one off again.
  public static func guarded(_ text: String) -> String { looksLikeFormula(text) ? "'\(text)" : text }

  /// The text that ``guarded(_:)`` was given.
  public static func plain(_ text: String) -> String {
    text.utf8.first == UInt8(ascii: "'") && looksLikeFormula(text)
      ? String(text.unicodeScalars.dropFirst()) : text
  }

  private static func looksLikeFormula(_ text: String) -> Bool {
    text.unicodeScalars.first { $0 != "'" }.map { formulaStarts.contains($0) } ?? false
  }

  /// The full-width ones count in East Asian editions.
  private static let formulaStarts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]

  /// Byte by byte: a quote before a combining mark is a character of its own to Swift, and still a quote to CSV.
  private static func quoted(_ text: String) -> String {
    let needsQuotes = text.utf8.contains { byte in
      byte == 0x2C || byte == 0x22 || byte == 0x0D || byte == 0x0A || byte == 0x3B || byte == 0x09
    }
    let isPadded = text.first?.isWhitespace == true || text.last?.isWhitespace == true
    // At the start of a file a bare U+FEFF would be a byte order mark.
    guard needsQuotes || isPadded || text.unicodeScalars.first == "\u{FEFF}" else { return text }
    var bytes = [UInt8(ascii: "\"")]
    for byte in text.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
    return String(decoding: bytes, as: UTF8.self)
  }
}

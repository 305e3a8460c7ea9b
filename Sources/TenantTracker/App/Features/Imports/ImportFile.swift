import Core
import Web

/// An uploaded file: its bytes, and what they claim to be.
struct ImportFile: Sendable {
  enum Format: Sendable { case json, csv }

  /// Bytes of a body.
  static let sizeLimit = 64 << 20
  /// Things in a file.
  static let rowLimit = 100_000

  let bytes: [UInt8]
  let format: Format

  /// A browser's file: by its name's end, else by how it begins.
  init(_ file: FormBody.File) {
    let name = file.filename.lowercased()
    bytes = file.bytes
    format = name.hasSuffix(".csv") ? .csv : name.hasSuffix(".json") ? .json : Self.guess(file.bytes)
  }

  init(bytes: [UInt8], format: Format?) {
    self.bytes = bytes
    self.format = format ?? Self.guess(bytes)
  }

  /// A CSV file's first line names columns; JSON begins with a bracket.
  private static func guess(_ bytes: [UInt8]) -> Format {
    let first = bytes.first { !" \t\r\n".utf8.contains($0) && ![0xEF, 0xBB, 0xBF].contains($0) }
    return first == UInt8(ascii: "[") || first == UInt8(ascii: "{") ? .json : .csv
  }

  /// The body of an API call: JSON, CSV, or a form with the file. Throws 415 for anything else.
  init(_ call: TrackerCall) throws(Problem) {
    let type = ContentType(call.head.header("Content-Type") ?? "")
    let name = type.value.lowercased().prefix { $0 != ";" }.trimmed
    switch name {
    case "application/json": self.init(bytes: call.bytes, format: .json)
    case "text/csv": self.init(bytes: call.bytes, format: .csv)
    case "multipart/form-data":
      guard let file = try FormBody(call.bytes, type: type).file("file") else {
        throw .invalid("file", "required", "is required: the file as a part named file")
      }
      self.init(file)
    default: throw .unsupportedMediaType("application/json, text/csv, or multipart/form-data with the file")
    }
  }
}

/// Why a file can't be read at all.
struct ImportFileFault: Error, Hashable, Sendable {
  /// Bytes from the file's start.
  let offset: Int
  let reason: String

  /// 400 with the place as people and machines look for it: line and column, both from 1.
  func problem(in bytes: [UInt8], code: String) -> Problem {
    let before = bytes.prefix(min(offset, bytes.count))
    let line = 1 + before.count { $0 == 0x0A }
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? before.startIndex
    // A character's first byte counts, those that go on from it do not.
    let column = 1 + before[lineStart...].count { $0 & 0xC0 != 0x80 }
    return Problem(
      status: 400, code: code, title: "The file can't be read",
      detail: "Line \(line), column \(column) (byte \(offset)): \(reason).",
      extra: ["line": .int(line), "column": .int(column), "position": .int(offset)])
  }
}

import Core

/// Where something stands in a file.
enum ImportPlace: Sendable, Hashable {
  /// Of a CSV file, from 1.
  case line(Int)
  /// Of a JSON list, from 0.
  case index(Int)

  /// As people look for it.
  var words: String {
    switch self {
    case .line(let line): "Line \(line)"
    case .index(let index): "Item \(index + 1)"
    }
  }

  var json: (key: String, value: JSONValue) {
    switch self {
    case .line(let line): ("line", .int(line))
    case .index(let index): ("index", .int(index))
    }
  }

  /// A field of it in a list of faults: `line[4].slug`, `offers[3].url`.
  func path(_ field: String, of type: PortType) -> String {
    switch self {
    case .line(let line): "line[\(line)].\(field)"
    case .index(let index): "\(type.rawValue)[\(index)].\(field)"
    }
  }
}

/// One thing of a file, as it stands there.
struct ImportEntry: Sendable {
  let type: PortType
  let place: ImportPlace
  /// The fields of the API's body, the id and the names of references.
  var object: JSONObject
  /// What is wrong with the text itself.
  var faults: [Problem.FieldFault] = []
  /// False for what is no object at all.
  var isReadable = true
}

/// What a file holds.
struct ImportContent: Sendable {
  var entries: [ImportEntry] = []
  /// What was not taken, in sentences.
  var notes: [String] = []
}

extension ImportFile {
  /// Reads the whole file. Throws 400 for one that can't be read, 413 for too many rows, 422 for its columns.
  func content(of type: PortType) throws(Problem) -> ImportContent {
    switch format {
    case .json: return ImportContent(entries: try entries(of: type))
    case .csv: return try ImportTable(bytes: bytes, type: type).content()
    }
  }

  /// Reads a document with a list for each type.
  func contentOfAll() throws(Problem) -> ImportContent {
    guard format == .json else {
      throw .unsupportedMediaType("JSON for everything: a CSV file holds one type")
    }
    try checkEncoding()
    var content = ImportContent()
    for (key, elements) in try lists() {
      guard let type = PortType(rawValue: key) else {
        let types = PortType.allCases.map(\.rawValue).joined(separator: ", ")
        throw .invalid(key, "unknown_type", "is no type; there are \(types)")
      }
      content.entries += try entries(elements, of: type)
      try Self.checkCount(content.entries.count)
    }
    return content
  }

  static func checkCount(_ count: Int) throws(Problem) {
    guard count > rowLimit else { return }
    throw Problem(
      status: 413, code: "too_many_rows", title: "Too many rows",
      detail: "A file may have \(rowLimit) rows; this one has more. Split it.", extra: ["limit": .int(rowLimit)])
  }

  private func entries(of type: PortType) throws(Problem) -> [ImportEntry] {
    try checkEncoding()
    return try entries(try list(), of: type)
  }

  private func checkEncoding() throws(Problem) {
    guard let offset = bytes.firstInvalidUTF8 else { return }
    throw ImportFileFault(offset: offset, reason: "not UTF-8").problem(in: bytes, code: "malformed_json")
  }

  private func list() throws(Problem) -> [Range<Int>] {
    var pieces = JSONPieces(bytes, limit: Self.rowLimit)
    do throws(ImportFileFault) {
      return try pieces.list()
    } catch {
      throw error.problem(in: bytes, code: "malformed_json")
    }
  }

  private func lists() throws(Problem) -> [(key: String, elements: [Range<Int>])] {
    var pieces = JSONPieces(bytes, limit: Self.rowLimit)
    do throws(ImportFileFault) {
      return try pieces.lists()
    } catch {
      throw error.problem(in: bytes, code: "malformed_json")
    }
  }

  private func entries(_ elements: [Range<Int>], of type: PortType) throws(Problem) -> [ImportEntry] {
    try Self.checkCount(elements.count)
    var entries: [ImportEntry] = []
    entries.reserveCapacity(elements.count)
    for (index, range) in elements.enumerated() {
      var entry = ImportEntry(type: type, place: .index(index), object: [:])
      let value = try parse(range)
      if let object = value.objectValue {
        entry.object = object
      } else {
        entry.isReadable = false
        entry.faults.append(.init(field: type.noun, code: "type", message: "must be a JSON object"))
      }
      entries.append(entry)
    }
    return entries
  }

  private func parse(_ range: Range<Int>) throws(Problem) -> JSONValue {
    do throws(JSONParseError) {
      return try JSONValue.parse(bytes[range])
    } catch {
      let fault = ImportFileFault(offset: range.lowerBound + error.offset, reason: error.reason)
      throw fault.problem(in: bytes, code: "malformed_json")
    }
  }
}

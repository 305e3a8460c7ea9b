public import Core

/// A submitted form: its fields in order, and its files.
public struct FormBody: Sendable {
  /// An uploaded file. Name and type are the browser's word, so nothing may rely on them.
  public struct File: Sendable {
    public let name: String
    public let filename: String
    public let type: ContentType
    public let bytes: [UInt8]
  }

  public private(set) var fields: [(name: String, value: String)] = []
  public private(set) var files: [File] = []

  static let urlencoded = "application/x-www-form-urlencoded"
  static let multipart = "multipart/form-data"
  /// More parts than any form of ours has.
  static let partLimit = 1_000

  public init() {}

  public init(fields: [(name: String, value: String)], files: [File] = []) {
    self.fields = fields
    self.files = files
  }

  /// Reads a body of either kind; for raw routes that take a form among other things.
  public init(_ bytes: [UInt8], type: ContentType) throws(Problem) {
    if type.essence == FormBody.multipart {
      guard let boundary = type.parameter("boundary"), (1...70).contains(boundary.utf8.count) else {
        throw .badRequest("The form's boundary is missing.", code: "malformed_form")
      }
      for part in try MultipartParser.parts(of: bytes, boundary: boundary) {
        if let filename = part.filename {
          files.append(File(name: part.name, filename: filename, type: part.type, bytes: Array(part.content)))
        } else {
          fields.append((part.name, String(decoding: part.content, as: UTF8.self)))
        }
      }
    } else {
      fields = PercentCoding.queryItems(String(decoding: bytes, as: UTF8.self), limit: FormBody.partLimit)
    }
  }

  /// The first value of that name.
  public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// Every value of that name: checkboxes, multiple selects.
  public func all(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// The first file of that name that was really chosen.
  public func file(_ name: String) -> File? {
    files.first { $0.name == name && !($0.filename.isEmpty && $0.bytes.isEmpty) }
  }

  /// The form as the JSON object that the API would get, so that pages and API share one reader: empty inputs are null,
  /// the CSRF field is left out.
  ///
  /// - Parameters:
  ///   - numbers: fields that become numbers when they look like one.
  ///   - flags: checkboxes: true when sent, false when absent.
  ///   - lists: fields that become arrays, empty ones when absent.
  public func json(numbers: Set<String> = [], flags: Set<String> = [], lists: Set<String> = []) -> JSONObject {
    var object: JSONObject = [:]
    for (name, value) in fields where name != CSRFGuard.fieldName && !lists.contains(name) && !flags.contains(name) {
      guard object[name] == nil else { continue }
      let text = value.trimmed
      if text.isEmpty {
        object[name] = .null
      } else if numbers.contains(name), case .number(let literal)? = try? JSONValue.parse(text) {
        object[name] = .number(literal)
      } else {
        object[name] = .string(value)
      }
    }
    for name in flags.sorted() { object[name] = .bool(self[name] != nil) }
    for name in lists.sorted() { object[name] = JSONValue(all(name).filter { !$0.isEmpty }) }
    return object
  }
}

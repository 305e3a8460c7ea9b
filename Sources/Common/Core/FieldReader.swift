/// Reads a JSON object at the border. It goes on past a fault, so the client learns of all of them at once.
///
/// `string("name")` is a required field: absent or null is a fault and the answer nil. The `optional…` readers answer
/// nil for a field that is absent and `.some(nil)` for one that is null, which is what PATCH needs.
public struct FieldReader {
  private let object: JSONObject
  private let path: String
  private var known: Set<String> = []
  public private(set) var faults: [Problem.FieldFault] = []

  /// Throws 422 when the document is no object.
  public init(_ document: JSONValue?, path: String = "") throws(Problem) {
    guard case .object(let object)? = document else {
      throw .invalid(path.isEmpty ? "body" : path, "type", "must be a JSON object")
    }
    self.object = object
    self.path = path.isEmpty ? "" : path + "."
  }

  /// Whether the field is there, null or not.
  public mutating func has(_ name: String) -> Bool {
    known.insert(name)
    return object[name] != nil
  }

  /// The raw value, null included.
  public mutating func value(_ name: String) -> JSONValue? {
    known.insert(name)
    return object[name]
  }

  public mutating func fault(_ field: String, _ code: String, _ message: String) {
    faults.append(.init(field: path + field, code: code, message: message))
  }

  /// Takes over the faults of a nested reader.
  public mutating func adopt(_ nested: FieldReader) {
    var nested = nested
    nested.faultUnknownFields()
    faults.append(contentsOf: nested.faults)
  }

  /// Throws 422 `validation_failed` with every fault, unknown fields among them.
  public mutating func finish() throws(Problem) {
    faultUnknownFields()
    guard faults.isEmpty else { throw .validation(faults) }
  }

  private mutating func faultUnknownFields() {
    for member in object.members where known.insert(member.key).inserted {
      fault(member.key, "unknown_field", "is not a field of this request")
    }
  }

  /// A required field read by `read`, which answers nil after noting its own fault.
  mutating func required<T>(_ name: String, _ read: (inout FieldReader, JSONValue) -> T?) -> T? {
    guard let value = value(name), !value.isNull else {
      fault(name, "required", "is required")
      return nil
    }
    return read(&self, value)
  }

  /// Nil when absent, `.some(nil)` when null or faulty.
  mutating func optional<T>(_ name: String, _ read: (inout FieldReader, JSONValue) -> T?) -> T?? {
    guard let value = value(name) else { return nil }
    if value.isNull { return .some(nil) }
    return .some(read(&self, value))
  }
}

import Core
import Web

/// What a page sent, as one object whatever its form: JSON (also as `text/plain`, which a browser sends without asking
/// first), or a form's fields.
enum ReportBody {
  /// - Throws: 400 for what does not parse, 422 for JSON that is no object.
  static func object(_ bytes: [UInt8], type: String?) throws(Problem) -> JSONObject {
    let essence = type?.prefix { $0 != ";" }.trimmed.lowercased()
    if let type, essence == "application/x-www-form-urlencoded" || essence == "multipart/form-data" {
      return object(try FormBody(bytes, type: ContentType(type)).fields)
    }
    let document: JSONValue
    do { document = try JSONValue.parse(bytes, maxDepth: 8) } catch {
      throw .badRequest("The body is no JSON, \(error).", code: "malformed_json")
    }
    guard let object = document.objectValue else { throw .invalid("body", "type", "must be a JSON object") }
    return object
  }

  /// Of a name given twice the first value counts.
  static func object(_ fields: [(name: String, value: String)]) -> JSONObject {
    var object = JSONObject()
    for (name, value) in fields where object[name] == nil { object[name] = .string(value) }
    return object
  }
}

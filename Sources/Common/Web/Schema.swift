public import Core

/// A JSON Schema, built from Swift: what a route's body and answer look like in the OpenAPI document.
public struct Schema: Sendable, Hashable {
  public let json: JSONValue

  /// A schema that this builder has no word for.
  public init(json: JSONValue) { self.json = json }

  private init(_ type: String, format: String? = nil) {
    var object: JSONObject = ["type": .string(type)]
    if let format { object["format"] = .string(format) }
    json = .object(object)
  }

  public static let string = Schema("string")
  public static let integer = Schema("integer")
  public static let number = Schema("number")
  public static let boolean = Schema("boolean")
  /// RFC 3339 in UTC.
  public static let timestamp = Schema("string", format: "date-time")
  public static let date = Schema("string", format: "date")
  public static let uuid = Schema("string", format: "uuid")
  public static let email = Schema("string", format: "email")
  public static let url = Schema("string", format: "uri")
  /// Any JSON value.
  public static let any = Schema(json: [:])
  /// An amount as a decimal string; its currency stands beside it.
  public static let money = Schema(json: ["type": "string", "pattern": #"^-?\d+(\.\d{1,6})?$"#])

  /// A schema defined in the table under that name.
  public static func ref(_ name: String) -> Schema {
    Schema(json: ["$ref": .string("#/components/schemas/\(name)")])
  }

  public static func array(_ element: Schema) -> Schema { Schema(json: ["type": "array", "items": element.json]) }

  /// A string out of a closed set.
  public static func choice(_ values: [String]) -> Schema {
    Schema(json: ["type": "string", "enum": .array(values.map(JSONValue.string))])
  }

  public static func oneOf(_ schemas: [Schema]) -> Schema { Schema(json: ["oneOf": .array(schemas.map(\.json))]) }

  /// Any keys, all values alike.
  public static func map(_ value: Schema) -> Schema {
    Schema(json: ["type": "object", "additionalProperties": value.json])
  }

  /// The list every collection answers with: `{items, next_cursor, total?}`.
  public static func page(of item: Schema) -> Schema {
    .object([
      .required("items", .array(item)), .required("next_cursor", .string.nullable), .optional("total", .integer),
    ])
  }

  /// One member of an object.
  public struct Property: Sendable, Hashable {
    let name: String
    let schema: Schema
    let isRequired: Bool

    public static func required(_ name: String, _ schema: Schema) -> Property {
      Property(name: name, schema: schema, isRequired: true)
    }

    public static func optional(_ name: String, _ schema: Schema) -> Property {
      Property(name: name, schema: schema, isRequired: false)
    }
  }

  public static func object(_ properties: [Property]) -> Schema {
    var members: JSONObject = [:]
    for property in properties { members[property.name] = property.schema.json }
    var object: JSONObject = ["type": "object", "properties": .object(members)]
    let required = properties.filter(\.isRequired).map { JSONValue.string($0.name) }
    if !required.isEmpty { object["required"] = .array(required) }
    return Schema(json: .object(object))
  }

  /// The same or null.
  public var nullable: Schema {
    guard var object = json.objectValue, case .string(let type)? = object["type"] else {
      return Schema(json: ["anyOf": [json, ["type": "null"]]])
    }
    object["type"] = [.string(type), "null"]
    if let values = object["enum"]?.arrayValue { object["enum"] = .array(values + [.null]) }
    return Schema(json: .object(object))
  }

  /// The same with a sentence for the reader.
  public func described(_ text: String) -> Schema {
    guard var object = json.objectValue else { return self }
    object["description"] = .string(text)
    return Schema(json: .object(object))
  }

  /// Names of the schemas this one refers to.
  var references: Set<String> { Schema.references(in: json) }

  private static func references(in value: JSONValue) -> Set<String> {
    switch value {
    case .object(let object):
      var names: Set<String> = []
      for member in object.members {
        if member.key == "$ref", let target = member.value.stringValue {
          names.insert(String(target.split(separator: "/").last ?? ""))
        } else {
          names.formUnion(references(in: member.value))
        }
      }
      return names
    case .array(let elements): return elements.reduce(into: []) { $0.formUnion(references(in: $1)) }
    default: return []
    }
  }
}

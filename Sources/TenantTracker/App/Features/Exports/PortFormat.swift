import Core

/// How one kind of thing stands in a file: the fields of the API's body, its id, and the names of what it refers to.
struct PortFormat: Sendable {
  struct Column: Sendable {
    enum Kind: Sendable {
      case text, number, flag
      /// A list or an object: compact JSON in a CSV cell.
      case json
    }

    let name: String
    let kind: Kind
  }

  /// A field with an id, and beside it the one with the name.
  struct Reference: Sendable {
    let id: String
    let name: String
    let noun: ReferenceNoun
  }

  /// A list of `{id, name, weight}`.
  struct ReferenceList: Sendable {
    let field: String
    let noun: ReferenceNoun
  }

  let columns: [Column]
  var references: [Reference] = []
  var lists: [ReferenceList] = []
  /// What the API answers with and no import changes.
  let readOnly: Set<String>
  /// What is never in a file: it would be good in another tenant as well.
  var leftOut: [String] = []

  func column(_ name: String) -> Column? { columns.first { $0.name == name } }

  /// The thing as files have it.
  /// - Parameter names: of what it refers to.
  func object(of json: JSONValue, names: [ReferenceNoun: [Int64: String]]) -> JSONObject {
    var object: JSONObject = [:]
    for column in columns {
      if let reference = references.first(where: { $0.name == column.name }) {
        object[column.name] = JSONValue(json[reference.id]?.intValue.flatMap { names[reference.noun]?[$0] })
      } else if let list = lists.first(where: { $0.field == column.name }) {
        object[column.name] = Self.named(json[column.name], names[list.noun] ?? [:])
      } else {
        object[column.name] = json[column.name] ?? .null
      }
    }
    return object
  }

  private static func named(_ list: JSONValue?, _ names: [Int64: String]) -> JSONValue {
    .array(
      (list?.arrayValue ?? []).map { item in
        [
          "id": item["id"] ?? .null, "name": JSONValue(item["id"]?.intValue.flatMap { names[$0] }),
          "weight": item["weight"] ?? .null,
        ]
      })
  }

  /// The ids that the thing refers to.
  func referred(by json: JSONValue) -> [(noun: ReferenceNoun, id: Int64)] {
    let single = references.compactMap { reference in
      json[reference.id]?.intValue.map { (noun: reference.noun, id: $0) }
    }
    let listed = lists.flatMap { list in
      (json[list.field]?.arrayValue ?? []).compactMap { item in item["id"]?.intValue.map { (noun: list.noun, id: $0) } }
    }
    return single + listed
  }
}

extension PortFormat.Column {
  static func text(_ name: String) -> Self { .init(name: name, kind: .text) }
  static func number(_ name: String) -> Self { .init(name: name, kind: .number) }
  static func flag(_ name: String) -> Self { .init(name: name, kind: .flag) }
  static func json(_ name: String) -> Self { .init(name: name, kind: .json) }
}

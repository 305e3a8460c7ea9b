import Core

/// An entry whose references are ids of this tenant, or provisional ones.
struct ResolvedEntry: Sendable {
  let type: PortType
  let place: ImportPlace
  /// The API's body.
  var object: JSONObject
  /// The file's own id of it.
  let fileID: Int64?
  var faults: [Problem.FieldFault]
  /// What was left out, in sentences.
  var notes: [String] = []

  /// What tells it from others of its kind, as the file has it; nil if it does not say.
  var key: String? { object[type == .campaigns ? "slug" : "name"]?.stringValue?.trimmed }

  var title: String {
    String((object["name"]?.stringValue ?? object["slug"]?.stringValue ?? "").prefix(200))
  }
}

extension ImportEntry {
  func resolved(by book: ReferenceBook) -> ResolvedEntry {
    var entry = ResolvedEntry(
      type: type, place: place, object: object, fileID: object["id"]?.intValue, faults: faults)
    let format = type.format
    entry.object["id"] = nil
    for name in format.readOnly { entry.object[name] = nil }
    for reference in format.references {
      let answer = book.find(
        reference.noun, id: object[reference.id], name: object[reference.name], (reference.id, reference.name))
      entry.object[reference.name] = nil
      entry.set(reference.id, answer, reference.noun)
    }
    for list in format.lists {
      guard let items = object[list.field]?.arrayValue else { continue }
      entry.object[list.field] = .array(
        items.enumerated().map { index, item in entry.item(item, at: "\(list.field)[\(index)]", list.noun, book) })
    }
    return entry
  }
}

extension ResolvedEntry {
  fileprivate mutating func set(_ field: String, _ answer: ReferenceBook.Answer, _ noun: ReferenceNoun) {
    switch answer {
    case .absent, .unreadable: break
    case .none: object[field] = .null
    case .id(let id): object[field] = .int(id)
    case .leftOut(let name):
      object[field] = .null
      notes.append("\(place.words): there is no \(noun.noun) “\(name)” here, so \(title) has none.")
    case .fault(let name, let message):
      object[field] = nil
      faults.append(.init(field: name, code: "unknown", message: message))
    }
  }

  fileprivate mutating func item(
    _ item: JSONValue, at path: String, _ noun: ReferenceNoun, _ book: ReferenceBook
  ) -> JSONValue {
    guard var object = item.objectValue else { return item }
    let answer = book.find(noun, id: object["id"], name: object["name"], ("\(path).id", "\(path).name"))
    object["name"] = nil
    switch answer {
    case .id(let id): object["id"] = .int(id)
    case .fault(let name, let message):
      faults.append(.init(field: name, code: "unknown", message: message))
      // Not refused a second time for what it lacks now.
      object["id"] = .int(book.placeholder(path))
    case .absent, .none, .leftOut, .unreadable: break
    }
    return .object(object)
  }
}

extension ReferenceBook {
  /// An id for what could not be found, one for each place in the list.
  fileprivate func placeholder(_ path: String) -> Int64 {
    let digits = path.split { !$0.isNumber }.last.flatMap { Int64($0) } ?? 0
    return Int64.max - digits
  }
}

extension PortFormat {
  /// The body with the ids that things have got.
  func redirected(_ object: JSONObject, _ ids: NewIDs) -> JSONObject {
    var object = object
    for reference in references {
      if let id = object[reference.id]?.intValue { object[reference.id] = .int(ids(id)) }
    }
    for list in lists {
      guard let items = object[list.field]?.arrayValue else { continue }
      object[list.field] = .array(
        items.map { item in
          guard var entry = item.objectValue, let id = entry["id"]?.intValue else { return item }
          entry["id"] = .int(ids(id))
          return .object(entry)
        })
    }
    return object
  }
}

/// The ids of what an import has made, by their provisional ones.
struct NewIDs: Sendable {
  private var ids: [Int64: Int64] = [:]

  func callAsFunction(_ id: Int64) -> Int64 { ids[id] ?? id }

  mutating func note(_ provisional: Int64, is id: Int64) { ids[provisional] = id }
}

import ClickPath
import Core
import Foundation

extension Flow {
  /// Reads a request. With `current`, only the fields given change.
  static func read(_ fields: inout FieldReader, current: Draft?) throws -> Draft? {
    var draft =
      current
      ?? Draft(
        name: "", kind: .regular, weight: Int64(Weights.balanced), filters: [], landings: [], offers: [],
        isActive: true, binding: .none, position: nil)
    if current == nil || fields.has("name") { draft.name = fields.string("name", length: 1...200) ?? "" }
    if current == nil || fields.has("type") {
      draft.kind = fields.oneOf("type", FlowKind.allCases.map(\.rawValue)).flatMap(FlowKind.init(rawValue:)) ?? .regular
    }
    if let weight = fields.optionalInt("weight", range: 0...1_000_000) { draft.weight = weight ?? 100 }
    if let position = fields.optionalInt("position", range: 0...100_000) { draft.position = position }
    if let active = fields.optionalBool("active") { draft.isActive = active ?? true }
    if let binding = fields.optionalOneOf("binding", Binding.allCases.map(\.rawValue)) {
      draft.binding = binding.flatMap(Binding.init(rawValue:)) ?? .none
    }
    if let list = fields.optionalArray("filters", max: 50) { draft.filters = try filters(list ?? [], &fields) }
    if let list = fields.optionalArray("landings", max: 100) {
      draft.landings = try items("landings", list ?? [], &fields)
    }
    if let list = fields.optionalArray("offers", max: 100) { draft.offers = try items("offers", list ?? [], &fields) }
    return draft
  }

  /// Filters are checked by the very code that will match visitors against them.
  private static func filters(_ list: [JSONValue], _ fields: inout FieldReader) throws -> [FilterRecord] {
    var records: [FilterRecord] = []
    for (index, element) in list.enumerated() {
      var entry = try FieldReader(element, path: "filters[\(index)]")
      let field = entry.string("field", length: 1...50)
      let op = entry.string("op", length: 1...50)
      let values = filterValues(&entry)
      let zone = entry.optionalString("zone", length: 1...64) ?? nil
      if let zone, !SettingsAPI.isTimeZone(zone) { entry.fault("zone", "timezone", "must be an IANA time zone") }
      if let field, let op, entry.faults.isEmpty {
        let record = FilterRecord(field: field, op: op, values: values, zone: zone)
        do throws(FilterFault) {
          _ = try FlowFilter(record) { _ in .utc }
          records.append(record)
        } catch {
          entry.fault(error.fieldName, "invalid", error.message)
        }
      }
      fields.adopt(entry)
    }
    return records
  }

  /// `values: [...]`; a single `value` is read as well.
  private static func filterValues(_ entry: inout FieldReader) -> [String] {
    var texts: [String] = []
    for value in (entry.optionalArray("values", max: 1_000) ?? nil) ?? [] {
      switch value {
      case .string(let text): texts.append(text.trimmed)
      case .number(let text): texts.append(text)
      default: entry.fault("values", "type", "must be a list of strings")
      }
    }
    return texts
  }

  private static func items(_ name: String, _ list: [JSONValue], _ fields: inout FieldReader) throws -> [WeightedID] {
    var items: [WeightedID] = []
    for (index, element) in list.enumerated() {
      var entry = try FieldReader(element, path: "\(name)[\(index)]")
      let id = entry.int("id", range: 1...Int64.max)
      let weight = (entry.optionalInt("weight", range: 0...1_000_000) ?? nil) ?? Int64(Weights.balanced)
      if let id, items.contains(where: { $0.id == id }) { entry.fault("id", "duplicate", "is given twice") }
      if let id { items.append(WeightedID(id: id, weight: Int(weight))) }
      fields.adopt(entry)
    }
    return items
  }
}

extension FilterFault {
  var fieldName: String {
    switch self {
    case .unknownField: "field"
    case .unknownOperator, .operatorDoesNotApply: "op"
    case .noValues, .badValue: "values"
    case .unknownZone: "zone"
    }
  }
}
